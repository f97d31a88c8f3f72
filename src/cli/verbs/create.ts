import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ConfigError, VicunaError } from '../../core/index.js';
import { parseCount } from '../parse-number.js';
import { printLine, type Terminal } from '../terminal.js';

interface Words {
  readonly output: string;
  readonly vocabulary: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly contextLength: number;
}

/** Wider than a large model's 0.02: a small one learns nothing for ten epochs from weights that small. */
const INITIALIZER_RANGE = 0.08;

/** `vicuna create` */
export function createCommand(terminal: Terminal): Command {
  return new Command('create')
    .description(
      'Make a small model from nothing, with a tokenizer of its own: enough to see the whole way on a processor, not an assistant.',
    )
    .argument('<data...>', 'conversations that the tokenizer learns, of any form that vicuna clean takes')
    .option('-o, --output <directory>', 'where the model goes', 'small-base')
    .option('--vocabulary <count>', 'tokens, 259 or more', parseCount, 1024)
    .option('--hidden-size <count>', 'width of its layers', parseCount, 96)
    .option('--layers <count>', 'how many', parseCount, 2)
    .option('--heads <count>', 'of attention, a divisor of the width', parseCount, 4)
    .option('--context-length <count>', 'most tokens of question and reply together', parseCount, 512)
    .action((files: string[], words: Words) => create(terminal, files, words));
}

async function create(terminal: Terminal, files: readonly string[], words: Words): Promise<void> {
  const { output, vocabulary, ...shape } = words;
  // A base that was downloaded for hours is not to be lost to a mistyped name.
  if (existsSync(join(output, 'config.json')))
    throw new ConfigError('The command line', [
      { path: '--output', message: `${output} holds a model already. Name another directory.` },
    ]);
  const { trainTokenizer } = await import('../../tokenizer/index.js');
  const { VicunaModel } = await import('../../model/index.js');
  const { signal } = terminal;
  const tokenizer = await trainTokenizer(textsOf(files), { vocabularySize: vocabulary }, { signal }).result;
  const config = { ...shape, tiedEmbeddings: true, initializerRange: INITIALIZER_RANGE };
  await using model = await VicunaModel.create(config, { tokenizer, seed: 1 });
  await model.save(output);
  const weights = model.parameters.reduce((sum, { length }) => sum + length, 0);
  printLine(
    terminal.errors,
    `A model of ${weights.toLocaleString('en')} weights and ${tokenizer.vocabularySize} tokens is in ${output}. Train it:`,
  );
  const training = '--max-steps 300 --batch-conversations 4 --learning-rate 6e-3';
  printLine(terminal.output, `vicuna train ${files.join(' ')} -m ${output} -o my-assistant ${training}`);
}

async function* textsOf(files: readonly string[]): AsyncGenerator<string> {
  const { readConversations } = await import('../../conversation/index.js');
  const { ShareGPTCleaner } = await import('../../data/index.js');
  // Html is no text to learn; what else a training leaves out does no harm here.
  const cleaner = await ShareGPTCleaner.create({ blockedWords: [] });
  let texts = 0;
  for await (const { messages } of cleaner.clean(readConversations(files)))
    for (const { content } of messages) {
      texts++;
      yield content;
    }
  if (texts === 0)
    throw new VicunaError('data-malformed', `${files.join(', ')}: there is no conversation to learn from.`);
}
