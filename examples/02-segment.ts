// Cuts conversations into pieces a model can read whole, counted on the real tokens, and says what became of them.
//
//   node --import tsx examples/02-segment.ts [export.json] [tokenizer.json]
import {
  ConversationSegmenter,
  loadTokenizer,
  readConversations,
  ShareGPTCleaner,
  writeConversations,
} from 'vicuna-sdk';
import { byteTokenizer } from 'vicuna-sdk/testing';

const [, , file = new URL('data/sharegpt-html.json', import.meta.url), tokenizerFile] = process.argv;

// Without a tokenizer of your own: one token a byte, so 400 of them are about 70 words.
const tokenizer = tokenizerFile === undefined ? byteTokenizer() : await loadTokenizer(tokenizerFile);
const cleaner = await ShareGPTCleaner.create();
const segmenter = await ConversationSegmenter.create({ maxTokens: 400 }, { tokenizer });

// Nothing is held in memory: a conversation flows from the file through all stages into the other file.
const segments = segmenter.segment(cleaner.clean(readConversations(file)));
const written = await writeConversations('segments.jsonl', segments).result;

console.log(`wrote ${written.conversations} segments to segments.jsonl`);
console.log(await segments.result);
