import type { Registry } from 'prom-client';
import type { Gateway, GatewayEvent } from '../../gateway/index.js';

/** Tells a registry what a gateway does. */
export interface GatewayMetrics {
  observe(event: GatewayEvent): void;
}

/** @param status - read when the metrics are. */
export async function createGatewayMetrics(registry: Registry, status: Gateway['status']): Promise<GatewayMetrics> {
  const { Counter, Gauge, Histogram } = await import('prom-client');
  const registers = [registry];
  /** Gauges are set when they are read, so that they never lag. */
  const gauge = (name: string, help: string, labelNames: string[], set: (self: InstanceType<typeof Gauge>) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        set(this);
      },
    });
  gauge('vicuna_gateway_queue', 'Requests that wait for a worker.', ['model'], (self) => {
    for (const { id, queued } of status().models) self.set({ model: id }, queued);
  });
  gauge('vicuna_gateway_running', 'Requests that a worker has.', ['model'], (self) => {
    for (const { id, running } of status().models) self.set({ model: id }, running);
  });
  gauge('vicuna_gateway_capacity', 'Places of all workers, taken or not.', ['model'], (self) => {
    for (const { id, capacity } of status().models) self.set({ model: id }, capacity);
  });
  gauge('vicuna_gateway_workers', 'Workers that are connected.', [], (self) => self.set(status().workers.length));
  gauge(
    'vicuna_worker_tokens_per_second',
    'Speed of one reply, as the worker measured it.',
    ['worker', 'model'],
    (self) => {
      for (const worker of status().workers)
        for (const { id, tokensPerSecond } of worker.models)
          self.set({ worker: worker.id, model: id }, tokensPerSecond);
    },
  );
  const requests = new Counter({
    name: 'vicuna_gateway_requests_total',
    help: 'Requests that have ended at the gateway, by outcome.',
    labelNames: ['model', 'kind', 'outcome'],
    registers,
  });
  const retries = new Counter({
    name: 'vicuna_gateway_retries_total',
    help: 'Requests that were taken to another worker.',
    labelNames: ['model'],
    registers,
  });
  const leaves = new Counter({
    name: 'vicuna_gateway_worker_leaves_total',
    help: 'Workers that left, by cause.',
    labelNames: ['cause'],
    registers,
  });
  const waits = new Histogram({
    name: 'vicuna_gateway_wait_seconds',
    help: 'From a request to the worker that got it.',
    labelNames: ['model'],
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60],
    registers,
  });
  return {
    observe(event) {
      if (event.type === 'request-end') requests.inc({ model: event.model, kind: event.kind, outcome: event.outcome });
      else if (event.type === 'request-retry') retries.inc({ model: event.model });
      else if (event.type === 'worker-leave') leaves.inc({ cause: event.cause });
      else if (event.type === 'request-start') waits.observe({ model: event.model }, event.queuedMilliseconds / 1000);
    },
  };
}
