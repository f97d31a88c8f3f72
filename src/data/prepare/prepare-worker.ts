import { parentPort, workerData } from 'node:worker_threads';
import { VicunaError } from '../../core/index.js';
import type { PrepareSettings } from './config.js';
import type { FromWorker, ToWorker } from './protocol.js';
import { Stages } from './stages.js';

// The file that every thread of a preparation runs. Batches may overlap: while the tokenizer has one, the next is cleaned.

const port = parentPort!;

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function fail(error: unknown): void {
  const isOurs = VicunaError.isInstance(error);
  const message = isOurs ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  send({ type: 'failed', error: { code: isOurs ? error.code : undefined, message } });
}

async function work(stages: Promise<Stages>, { number, batch }: ToWorker): Promise<void> {
  const prepared = await (await stages).prepare(batch);
  send({ type: 'prepared', number, prepared }, [prepared.bytes.buffer]);
}

const stages = Stages.create(workerData as PrepareSettings);
stages.then(({ tokenizer }) => send({ type: 'ready', vocabularySize: tokenizer.vocabularySize }), fail);
port.on('message', (message: ToWorker) => {
  work(stages, message).catch(fail);
});
