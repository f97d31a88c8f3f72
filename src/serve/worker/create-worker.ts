import type { WorkerConfig } from './config.js';
import type { ModelWorker, WorkerRuntime } from './worker.js';

// Loaded by who serves: most programs that import the package never do.

/**
 * Starts a worker: it connects out to its gateways, offers its models and answers what it is asked, for as long as it
 * lives. A gateway that is lost is looked for again.
 *
 * @throws ConfigError for a configuration that cannot be, or models that share an id.
 *
 * @example
 * ```ts
 * const bus = await webSocketWorkerBus({ url: 'ws://gateway:8000/v1/workers', token });
 * await using worker = await createWorker({ capacity: 4 }, { models: [model], bus });
 * using _ = drainOnTermination(worker);
 * await worker.closed;
 * ```
 *
 * @public
 */
export async function createWorker(config: WorkerConfig, runtime: WorkerRuntime): Promise<ModelWorker> {
  const { openWorker } = await import('./worker.js');
  return openWorker(config, runtime);
}
