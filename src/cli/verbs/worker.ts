import { Command } from 'commander';
import type { WeightFormat } from '../../model/index.js';
import { eventLines } from '../event-lines.js';
import { modelNameHelp } from '../model-names.js';
import { openModels } from '../open-models.js';
import { parseCount } from '../parse-number.js';
import { printLine, type Terminal } from '../terminal.js';
import { untilDrained } from '../until-drained.js';
import { tokenHelp, workerToken } from '../worker-bus.js';

interface Words {
  readonly gateway: readonly string[];
  readonly nats?: readonly string[];
  readonly id?: string;
  readonly capacity?: number;
  readonly weights?: WeightFormat;
}

/** `vicuna worker` */
export function workerCommand(terminal: Terminal): Command {
  return new Command('worker')
    .description(`Offer models to a gateway, from anywhere that reaches it; ${tokenHelp}.`)
    .argument('<models...>', modelNameHelp)
    .option('-g, --gateway <urls...>', 'such as ws://gateway.example:8000/v1/workers', [
      'ws://127.0.0.1:8000/v1/workers',
    ])
    .option('--nats <servers...>', 'meet the gateways there instead')
    .option('--id <name>', 'names the worker in logs')
    .option('--capacity <count>', 'replies that a model makes at a time', parseCount)
    .option('--weights <format>', 'float32, bfloat16 or int8, for models that are loaded here')
    .action((names: string[], words: Words) => work(terminal, names, words));
}

async function work(terminal: Terminal, names: readonly string[], words: Words): Promise<void> {
  const token = workerToken();
  const { createWorker, natsWorkerBus, webSocketWorkerBus } = await import('../../serve/index.js');
  const { signal } = terminal;
  await using opened = await openModels(names, { signal, weights: words.weights });
  const bus =
    words.nats === undefined
      ? await webSocketWorkerBus({ url: words.gateway, token })
      : await natsWorkerBus({ servers: words.nats, token });
  await using worker = await createWorker(
    { id: words.id, capacity: words.capacity },
    { models: opened.models, bus, onEvent: eventLines(terminal) },
  );
  printLine(terminal.errors, `Worker ${worker.id} offers ${opened.models.map(({ id }) => id).join(', ')}.`);
  // A gateway may tell it to leave, too.
  await Promise.race([worker.closed, untilDrained(worker, signal)]);
}
