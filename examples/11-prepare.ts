// Prepares data for training on every core: cleaned, cut, tokenised, in shards that survive a kill.
//
//   node --import tsx examples/11-prepare.ts [export.json] [tokenizer.json]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareDataset, readPrepared } from 'vicuna-sdk';
import { byteTokenizer } from 'vicuna-sdk/testing';

const [, , file = fileURLToPath(new URL('data/sharegpt-html.json', import.meta.url)), tokenizerFile] = process.argv;
const folder = await mkdtemp(join(tmpdir(), 'vicuna-prepare-'));
try {
  // Threads load the tokenizer from a file. Without one of your own: one token a byte.
  const tokenizer = tokenizerFile ?? folder;
  if (tokenizerFile === undefined) await byteTokenizer().save(folder);

  const outputDirectory = join(folder, 'prepared');
  // Killed and called again, it goes on after the last whole shard. `workers` changes no byte of the result.
  const run = prepareDataset({ inputs: file, outputDirectory, tokenizer, shardBytes: 8192 }, { workers: 2 });
  for await (const event of run)
    if (event.type === 'shard-written') console.log(`shard ${event.name}: ${event.examples} examples`);
  const { cleaned, supervised } = await run.result;
  console.log(`kept ${cleaned.kept} of ${cleaned.read} conversations`, cleaned.rejected);
  console.log(`${supervised.supervisedTokens} of ${supervised.tokens} tokens are learned`);

  // What a trainer takes: `trainer.trainExamples(readPrepared(outputDirectory))`.
  for await (const { id, tokens } of readPrepared(outputDirectory)) console.log(id, tokens.length);
} finally {
  await rm(folder, { recursive: true });
}
