import type { ModelWorker } from './worker.js';

/**
 * Drains the worker when the process is told to end (SIGTERM, as spot machines and schedulers send it, or SIGINT). Only
 * the first signal counts: launchers send more than one, and a second one must not cut replies off.
 *
 * @returns dispose of it to leave the signals to others again.
 * @public
 */
export function drainOnTermination(worker: Pick<ModelWorker, 'drain'>): Disposable {
  const onSignal = () => void worker.drain();
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
