import {
  createGateway,
  createWorker,
  type Gateway,
  type GatewayConfig,
  type GatewayEvent,
  type ModelWorker,
  type ServedModel,
  type WorkerConfig,
  type WorkerEvent,
} from '../../../src/serve/index.js';
import type { BusKind } from './buses.js';
import { until } from './until.js';

/** A gateway and workers of it in this process, over a real bus. */
export interface Service extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly events: GatewayEvent[];
  readonly workerEvents: WorkerEvent[];
  /** Resolves when the gateway knows it. */
  addWorker(models: readonly ServedModel[], config?: WorkerConfig, token?: string): Promise<ModelWorker>;
}

export async function startService(kind: BusKind, config: GatewayConfig = {}): Promise<Service> {
  const bus = await kind.open();
  const events: GatewayEvent[] = [];
  const workerEvents: WorkerEvent[] = [];
  const gateway = await createGateway(config, {
    buses: [await bus.gatewayBus()],
    onEvent: (event) => events.push(event),
  });
  const workers: ModelWorker[] = [];
  return {
    gateway,
    events,
    workerEvents,
    async addWorker(models, workerConfig = {}) {
      const worker = await createWorker(workerConfig, {
        models,
        bus: await bus.workerBus(),
        onEvent: (event) => workerEvents.push(event),
      });
      workers.push(worker);
      await until(() => gateway.status().workers.some(({ id }) => id === worker.id));
      return worker;
    },
    async [Symbol.asyncDispose]() {
      for (const worker of workers) await worker[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
}
