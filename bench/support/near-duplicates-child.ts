// Goes through generated documents, one in five nearly or exactly an earlier one, and prints what memory that took.
// Arguments: documents, words of each, MiB of memory.
import { Random } from '../../src/core/index.js';
import { removeNearDuplicates } from '../../src/data/index.js';
import { conversationOf, drawWords, edited, textOf, vocabulary } from '../../test/data/near-duplicates/planted.js';
import { peakBytes } from './peak-memory.mjs';

const [documents, length, memory] = process.argv.slice(2).map(Number) as [number, number, number];
const words = vocabulary(50_000, Random.fromSeed(0));

/** Every document is made of its own number, so that its copy can be made long after it. */
function wordsOf(number: number): string[] {
  return drawWords(length, Random.fromSeed(number + 1), words);
}

function* source() {
  const random = Random.fromSeed(22);
  for (let number = 0; number < documents; number++) {
    const isCopy = number % 5 === 4;
    const text = isCopy ? wordsOf(5 * random.integer(number / 5)) : wordsOf(number);
    const made = isCopy ? edited(text, random.integer(2), random) : text;
    yield conversationOf(`${number}`, textOf(made.slice(0, 10)), textOf(made.slice(10)));
  }
}

const before = await peakBytes();
let generating = performance.now();
let count = 0;
for (const _ of source()) if (++count === 20_000) break;
generating = ((performance.now() - generating) / count) * documents;
const started = performance.now();
const report = await removeNearDuplicates(source(), {}, { memoryBytes: memory * 2 ** 20 }).result;
const milliseconds = performance.now() - started;
console.log(
  `${documents} documents of ${length} words, ${memory} MiB allowed: peak resident ${((await peakBytes()) / 2 ** 20).toFixed(0)} MiB (${(before / 2 ** 20).toFixed(0)} MiB before)`,
);
console.log(
  `${(milliseconds / 1000).toFixed(1)} s, of which ${(generating / 1000).toFixed(1)} s to generate them: ${((1000 * documents) / (milliseconds - generating)).toFixed(0)} documents/s`,
);
console.log(
  `${report.duplicates} duplicates (${documents / 5} planted), ${report.comparisons} pairs compared, ${(report.spilledBytes / 2 ** 20).toFixed(0)} MiB in temporary files`,
);
