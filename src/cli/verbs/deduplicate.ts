import { Command, Option } from 'commander';
import type { Conversation } from '../../conversation/index.js';
import type { EvaluationText } from '../../data/index.js';
import { parseCount, parseNumber } from '../parse-number.js';
import { showProgress } from '../progress.js';
import { questionsHelp, questionsOf } from '../question-options.js';
import { printLine, type Terminal } from '../terminal.js';

interface Words {
  readonly output: string;
  readonly duplicates?: string;
  readonly threshold?: number;
  readonly shingleWords?: number;
  readonly permutations?: number;
  readonly seed?: number;
  readonly compare?: 'turns' | 'prompts';
  readonly memory?: number;
  readonly temporary?: string;
  readonly questions?: string;
  readonly contamination?: string;
}

/** `vicuna deduplicate` */
export function deduplicateCommand(terminal: Terminal): Command {
  return new Command('deduplicate')
    .description(
      'Leave out conversations that are nearly the same as an earlier one, and those with evaluation questions.',
    )
    .argument('<files...>', 'markdown conversations, as JSON Lines or JSON of any form that is known')
    .option('-o, --output <file>', 'the conversations that stay, as JSON Lines', 'unique.jsonl')
    .option('--duplicates <file>', 'list what was left out, and what each duplicates, as JSON Lines')
    .option('--threshold <number>', 'how alike two have to be, from 0 to 1 (0.8)', parseNumber)
    .option('--shingle-words <count>', 'words in a row that are compared (5)', parseCount)
    .option('--permutations <count>', 'places of a MinHash signature (128)', parseCount)
    .option('--seed <number>', 'of the hash functions (0)', parseNumber)
    .addOption(new Option('--compare <what>', 'what is compared (turns)').choices(['turns', 'prompts']))
    .option('--memory <MiB>', 'memory to use, beyond which temporary files are (256)', parseCount)
    .option('--temporary <directory>', 'where temporary files go')
    .option(
      '-q, --questions <file>',
      `also leave out conversations that hold a question or its reference: ${questionsHelp}`,
    )
    .option('--contamination <file>', 'list the questions that were found, as JSON Lines')
    .action((files: string[], words: Words) => deduplicate(terminal, files, words));
}

async function deduplicate(terminal: Terminal, files: readonly string[], words: Words): Promise<void> {
  const { writeConversations } = await import('../../conversation/index.js');
  const { removeContaminated, removeNearDuplicates } = await import('../../data/index.js');
  const { signal } = terminal;
  const { threshold, shingleWords, permutations, seed, compare, memory, temporary } = words;
  const view = await showProgress(terminal, 'Conversations');
  await using duplicates = await openList(words.duplicates);
  await using contamination = await openList(words.contamination);
  const clean =
    words.questions === undefined
      ? undefined
      : removeContaminated(
          conversationsOf(files, signal),
          await evaluationTexts(words.questions),
          {},
          {
            signal,
            onHit: contamination.add,
          },
        );
  const unique = removeNearDuplicates(
    clean ?? conversationsOf(files, signal),
    { threshold, shingleWords, permutations, seed, compare },
    {
      signal,
      memoryBytes: memory === undefined ? undefined : memory * 2 ** 20,
      directory: temporary,
      onDuplicate: duplicates.add,
      onProgress: view.update,
    },
  );
  await writeConversations(words.output, unique, { signal }).result;
  await duplicates.commit();
  await contamination.commit();
  const { conversations, kept, duplicates: count, exactDuplicates } = await unique.result;
  view.done(
    `${kept} of ${conversations} conversations are in ${words.output}; ${count} are near-duplicates, ${exactDuplicates} of them exact.`,
  );
  if (clean === undefined) return;
  const { contaminated, conversations: all, byEvaluationId } = await clean.result;
  printLine(
    terminal.errors,
    `${contaminated} of ${all} conversations were left out before that: they hold ${byEvaluationId.length} of the evaluation questions.`,
  );
}

async function* conversationsOf(files: readonly string[], signal: AbortSignal): AsyncGenerator<Conversation> {
  const { readConversations, toConversation } = await import('../../conversation/index.js');
  for await (const raw of readConversations(files, { signal })) yield toConversation(raw);
}

async function evaluationTexts(source: string): Promise<EvaluationText[]> {
  const questions = await questionsOf(source);
  return questions.flatMap(({ id, turns, reference = [] }) => [
    ...turns.map((text) => ({ id, text })),
    ...reference.map((text) => ({ id, text, part: 'reference' })),
  ]);
}

/** A file of records that appears whole or not at all; where no file was asked for, records are dropped. */
async function openList(path: string | undefined) {
  const { JsonWriter } = await import('../../io/index.js');
  const writer = path === undefined ? undefined : await JsonWriter.create(path, 'lines');
  // Records are reported faster than a disk may take them; one is written after another.
  let last = Promise.resolve();
  return {
    add(record: object): void {
      if (writer === undefined) return;
      last = last.then(() => writer.write(record, ''));
      // Told by `commit`.
      last.catch(() => undefined);
    },
    async commit(): Promise<void> {
      await last;
      await writer?.commit();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await last.catch(() => undefined);
      await writer?.discard();
    },
  };
}
