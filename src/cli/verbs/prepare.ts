import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { PromptTemplate } from '../../conversation/index.js';
import {
  addCleanerOptions,
  addScrubOption,
  type CleanerWords,
  cleanerConfigOf,
  type ScrubWords,
} from '../cleaner-options.js';
import { parseCount } from '../parse-number.js';
import { showProgress } from '../progress.js';
import { printLine, type Terminal } from '../terminal.js';
import { printReasons, printScrubbed } from './clean.js';

interface Words extends CleanerWords, ScrubWords {
  readonly output: string;
  readonly tokenizer: string;
  readonly template?: 'vicuna_v1.1' | 'vicuna_v0';
  readonly maxTokens?: number;
  readonly longRound?: 'truncate-reply' | 'split' | 'drop';
  readonly workers?: number;
  readonly keepConversations?: true;
  readonly skipBadRecords?: true;
}

/** `vicuna prepare` */
export function prepareCommand(terminal: Terminal): Command {
  const command = new Command('prepare')
    .description('Clean, cut and tokenise chat logs on every core, for training. Run again to go on where it stopped.')
    .argument('<inputs...>', "ShareGPT, OpenAI messages, ChatGPT's export: JSON or JSON Lines, gzip or not")
    .requiredOption('-t, --tokenizer <path>', 'a tokenizer.json, or the directory of a model')
    .option('-o, --output <directory>', 'gets the shards and manifest.json', 'prepared')
    .option(
      '--template <name>',
      "vicuna_v1.1 or vicuna_v0; by default the model's own where a model is named, else vicuna_v1.1",
    )
    .option('--max-tokens <count>', 'most tokens of an example', parseCount)
    .option('--long-round <policy>', 'truncate-reply, split or drop: what becomes of rounds that are too long')
    .option('--workers <count>', 'threads; by default one for every core', parseCount)
    .option('--keep-conversations', 'also write the segments as text')
    .option('--skip-bad-records', 'leave out damaged records instead of stopping');
  return addScrubOption(addCleanerOptions(command)).action((inputs: string[], words: Words) =>
    prepare(terminal, inputs, words),
  );
}

async function prepare(terminal: Terminal, inputs: readonly string[], words: Words): Promise<void> {
  const { prepareDataset } = await import('../../data/index.js');
  const { signal } = terminal;
  const { tokenizer, maxTokens, longRound, keepConversations, workers } = words;
  const view = await showProgress(terminal, 'Bytes');
  const run = prepareDataset(
    {
      inputs,
      outputDirectory: words.output,
      tokenizer,
      template: words.template ?? (await ownTemplate(tokenizer)),
      maxTokens,
      keepConversations,
      segmenter: { longRound },
      cleaner: cleanerConfigOf(words),
      scrub: words.scrub && {},
      read: { onBadRecord: words.skipBadRecords ? 'skip' : 'throw' },
    },
    // Reading the inputs for their hashes takes seconds; a bar for that and one for the work would be two jobs.
    { workers, signal, onProgress: (progress) => progress.phase === 'prepare' && view.update(progress) },
  );
  for await (const event of run)
    if (event.type === 'run-resumed')
      printLine(terminal.errors, `Going on after ${event.shards} shards (${event.records} records).`);
  const { cleaned, read, scrubbed, supervised, shards } = await run.result;
  view.done(
    `${supervised.examples} examples of ${supervised.tokens} tokens, ${supervised.supervisedTokens} of them learned, are in ${words.output} (${shards} ${shards === 1 ? 'shard' : 'shards'}).`,
  );
  printLine(terminal.errors, `${cleaned.kept} of ${cleaned.read} conversations were kept.`);
  printReasons(terminal, { ...read.skipped, ...cleaned.rejected, ...supervised.rejected });
  if (words.scrub) printScrubbed(terminal, scrubbed);
}

/** How the model writes conversations that the data is prepared for; `undefined` where a tokenizer alone is named. */
async function ownTemplate(path: string): Promise<PromptTemplate | undefined> {
  if (!existsSync(join(path, 'config.json'))) return undefined;
  const { loadDescription } = await import('../../model/index.js');
  return (await loadDescription(path, {})).template;
}
