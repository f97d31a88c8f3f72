import { type Drainable, drainOnTermination } from '../serve/index.js';

/**
 * Waits until a server was told to end (SIGTERM, an interrupt) and has finished what it had.
 *
 * @param signal - tells it to end, as a signal to the process does.
 */
export async function untilDrained(server: Drainable, signal: AbortSignal): Promise<void> {
  const told = new AbortController();
  const tell = async () => told.abort();
  const termination = drainOnTermination({ drain: tell });
  signal.addEventListener('abort', tell, { once: true });
  try {
    if (!signal.aborted)
      await new Promise<void>((resolve) => told.signal.addEventListener('abort', () => resolve(), { once: true }));
    await server.drain();
  } finally {
    termination[Symbol.dispose]();
    signal.removeEventListener('abort', tell);
  }
}
