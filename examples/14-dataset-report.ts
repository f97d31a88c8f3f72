// Says what chat logs become as training data, before anybody pays for a training: one HTML file, and its numbers.
//
//   node --import tsx examples/14-dataset-report.ts [export.json] [tokenizer.json]
import { datasetReport, loadTokenizer, readConversations, summarizeDataset } from 'vicuna-sdk';
import { byteTokenizer } from 'vicuna-sdk/testing';

const [, , file = new URL('data/sharegpt-html.json', import.meta.url), tokenizerFile] = process.argv;

// Without a tokenizer of your own: one token a byte, so 2048 of them are about 400 words.
const tokenizer = tokenizerFile === undefined ? byteTokenizer() : await loadTokenizer(tokenizerFile);

const summary = await summarizeDataset(readConversations(file), { maxTokens: 2048 }, { tokenizer }).result;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

console.log(`${summary.conversations} of ${summary.cleaning?.read} conversations are kept`);
console.log(`${percent(summary.supervision.share)} of ${summary.supervision.tokens} tokens are learned`);
for (const { maxTokens, segments, truncatedReplies, packedFill, paddedFill } of summary.contexts)
  console.log(
    `${maxTokens} tokens: ${segments} segments, ${truncatedReplies} replies cut short, ` +
      `${percent(packedFill)} full when packed, ${percent(paddedFill)} when padded`,
  );

const { path } = await datasetReport({ summary }, { output: 'dataset.html' });
console.log(`\nopen ${path}`);
