/** A worker, or a gateway. @public */
export interface Drainable {
  /** Takes nothing new, lets what runs finish, then closes. */
  drain(): Promise<void>;
}

/**
 * Drains a worker or a gateway when the process is told to end (SIGTERM, as spot machines and schedulers send it, or SIGINT). Only
 * the first signal counts: launchers send more than one, and a second one must not cut replies off.
 *
 * @returns dispose of it to leave the signals to others again.
 * @public
 */
export function drainOnTermination(server: Drainable): Disposable {
  const onSignal = () => void server.drain();
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
