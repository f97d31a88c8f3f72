// Claims: near-duplicates planted at known Jaccard similarities are found, at 0.8 and above, with recall and precision of at least 0.95;
// a million documents are gone through in bounded memory.
// The truth is counted by its definition, on sets of strings. Precision counts what was reported against that truth, so that pairs just
// below the threshold, the boundary zone, are in it. The memory figure is the peak resident size of a process of its own that makes its
// documents on the way; they are short (--words) so that the run takes minutes.
//   --part all|planted|speed|million --pairs 20000 --documents 1000000 --words 60 --memory 128
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { Random } from '../src/core/index.js';
import { minHashSignature, removeNearDuplicates } from '../src/data/index.js';
import {
  conversationOf,
  drawWords,
  edited,
  plainJaccard,
  textOf,
  vocabulary,
} from '../test/data/near-duplicates/planted.js';
import { summarise } from './support/measure.js';

const { values } = parseArgs({
  options: {
    part: { type: 'string', default: 'all' },
    pairs: { type: 'string', default: '20000' },
    documents: { type: 'string', default: '1000000' },
    words: { type: 'string', default: '60' },
    memory: { type: 'string', default: '128' },
  },
});
const parts = { planted: plantedPairs, speed: signatureSpeed, million: manyDocuments };
for (const [name, measure] of Object.entries(parts)) if (['all', name].includes(values.part)) await measure();

/** Recall and precision, by the true similarity of the pairs. */
async function plantedPairs(): Promise<void> {
  const random = Random.fromSeed(20);
  const words = vocabulary(50_000, random);
  const pairs = Array.from({ length: Number(values.pairs) }, (_, index) => {
    const original = drawWords(50 + random.integer(150), random, words);
    const copy = edited(original, random.integer(Math.ceil(original.length / 14)), random);
    return { id: `${index}`, original, copy, similarity: plainJaccard(original, copy), reported: false };
  });
  const documents = pairs.flatMap(({ id, original, copy }) => [
    conversationOf(`${id} original`, textOf(original.slice(0, 20)), textOf(original.slice(20))),
    conversationOf(`${id} copy`, textOf(copy.slice(0, 20)), textOf(copy.slice(20))),
  ]);
  let wrongPairs = 0;
  const started = performance.now();
  const { comparisons } = await removeNearDuplicates(
    random.shuffle(documents),
    {},
    {
      onDuplicate({ id, duplicateOf }) {
        const [pair] = id.split(' ');
        if (duplicateOf.split(' ')[0] === pair) pairs[Number(pair)]!.reported = true;
        else wrongPairs++;
      },
    },
  ).result;
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${documents.length} documents of 50 to 200 words, ${pairs.length} planted pairs, ${seconds.toFixed(1)} s`,
  );
  for (let from = 40; from <= 100; from += 5) {
    const inside = pairs.filter(({ similarity }) => similarity >= from / 100 && similarity < (from + 5) / 100);
    const found = inside.filter(({ reported }) => reported).length;
    if (inside.length > 0)
      console.log(`  similarity from ${(from / 100).toFixed(2)}: ${found} of ${inside.length} reported`);
  }
  const alike = pairs.filter(({ similarity }) => similarity >= 0.8);
  const reported = pairs.filter((pair) => pair.reported);
  const both = alike.filter((pair) => pair.reported).length;
  const recall = both / alike.length;
  const precision = both / (reported.length + wrongPairs);
  console.log(`recall ${recall.toFixed(4)}, precision ${precision.toFixed(4)} at 0.8; ${comparisons} pairs compared`);
}

/** Documents a second of one core, for the signature alone. */
async function signatureSpeed(): Promise<void> {
  const random = Random.fromSeed(21);
  const words = vocabulary(50_000, random);
  const texts = Array.from({ length: 2000 }, () => textOf(drawWords(500, random, words)));
  const bytes = texts.reduce((sum, { length }) => sum + length, 0);
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  const time = (work: (text: string) => unknown, count: number) => {
    const started = performance.now();
    for (const text of texts.slice(0, count)) work(text);
    return (performance.now() - started) / 1000 / count;
  };
  const rounds = Array.from({ length: 7 }, () => time(minHashSignature, texts.length)).slice(1);
  const segmenting = time((text) => Array.from(segmenter.segment(text.toLowerCase())).length, 100);
  const { minimum, median } = summarise(rounds);
  const rate = (seconds: number) =>
    `${(1 / seconds).toFixed(0)} documents/s, ${(bytes / texts.length / seconds / 1e6).toFixed(0)} MB/s`;
  console.log(`signatures of 500-word documents on one core: best ${rate(minimum)}; median ${rate(median)}`);
  console.log(`Intl.Segmenter, which is not used, only to cut words: ${rate(segmenting)}`);
}

/** A process of its own, so that its peak is of this job. */
async function manyDocuments(): Promise<void> {
  const child = fileURLToPath(new URL('support/near-duplicates-child.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', child, values.documents, values.words, values.memory],
  ]);
  process.stdout.write(stdout);
}
