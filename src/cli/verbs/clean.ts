import { Command } from 'commander';
import type { Reject, ScrubReport } from '../../data/index.js';
import {
  addCleanerOptions,
  addScrubOption,
  type CleanerWords,
  cleanerConfigOf,
  type ScrubWords,
} from '../cleaner-options.js';
import { showProgress } from '../progress.js';
import { printLine, type Terminal } from '../terminal.js';

interface Words extends CleanerWords, ScrubWords {
  readonly output: string;
  readonly rejects?: string;
  readonly skipBadRecords?: true;
}

/** `vicuna clean` */
export function cleanCommand(terminal: Terminal): Command {
  const command = new Command('clean')
    .description('Turn chat logs into clean conversations, and say what was left out and why.')
    .argument('<inputs...>', "ShareGPT, OpenAI messages, ChatGPT's export: JSON or JSON Lines, gzip or not")
    .option('-o, --output <file>', 'JSON Lines of conversations', 'clean.jsonl')
    .option('--rejects <file>', 'also JSON Lines of what was left out')
    .option('--skip-bad-records', 'leave out damaged records instead of stopping');
  return addScrubOption(addCleanerOptions(command)).action((inputs: string[], words: Words) =>
    clean(terminal, inputs, words),
  );
}

async function clean(terminal: Terminal, inputs: readonly string[], words: Words): Promise<void> {
  const { readConversations, writeConversations } = await import('../../conversation/index.js');
  const { scrubPersonalData, ShareGPTCleaner } = await import('../../data/index.js');
  const { JsonWriter } = await import('../../io/index.js');
  const { signal } = terminal;
  const cleaner = await ShareGPTCleaner.create(cleanerConfigOf(words));
  const view = await showProgress(terminal, 'Bytes');
  const source = inputs.length === 1 ? inputs[0]! : inputs;
  const onBadRecord = words.skipBadRecords ? 'skip' : 'throw';
  const read = readConversations(source, { signal, onBadRecord, onProgress: view.update });
  const rejects = words.rejects === undefined ? undefined : await JsonWriter.create(words.rejects, 'lines');
  const rejected: Reject[] = [];
  const cleaned = cleaner.clean(read, { signal, ...(rejects && { onReject: (reject) => rejected.push(reject) }) });
  const scrubbed = words.scrub && scrubPersonalData(cleaned, {}, { signal });
  try {
    for await (const _ of writeConversations(words.output, scrubbed ?? cleaned, { signal }))
      for (const reject of rejected.splice(0)) await rejects?.write(reject, reject.id);
    for (const reject of rejected) await rejects?.write(reject, reject.id);
    await rejects?.commit();
  } finally {
    await rejects?.discard();
  }
  const { read: count, kept, rejected: reasons } = await cleaned.result;
  view.done(`${kept} of ${count} conversations are in ${words.output}.`);
  printReasons(terminal, reasons);
  if (scrubbed !== undefined) printScrubbed(terminal, await scrubbed.result);
  if (kept < count && words.rejects === undefined)
    printLine(terminal.errors, '  (--rejects <file> lists them, with the words or turns at fault)');
  const { skips } = await read.result;
  printReasons(terminal, Object.fromEntries(skips.map((skip) => [skip.reason, skip.count])));
}

/** One line for every reason that occurred. */
export function printReasons({ errors }: Terminal, reasons: Readonly<Record<string, number>>): void {
  for (const [reason, count] of Object.entries(reasons))
    if (count > 0) printLine(errors, `  ${String(count).padStart(8)} ${reason}`);
}

/** What was replaced, by kind. */
export function printScrubbed(terminal: Terminal, { changed, found }: ScrubReport): void {
  printLine(terminal.errors, `Personal data was replaced in ${changed} conversations:`);
  printReasons(terminal, found);
}
