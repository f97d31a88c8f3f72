// Shows what a model learns from a conversation: the replies and their ends, nothing else.
//
//   node --import tsx examples/03-mask.ts [conversations file] [tokenizer.json]
import { explainMask, loadTokenizer, readConversations, ShareGPTCleaner } from 'vicuna-sdk';
import { byteTokenizer } from 'vicuna-sdk/testing';

const [, , file = new URL('data/sharegpt-html.json', import.meta.url), tokenizerFile] = process.argv;

const tokenizer = tokenizerFile === undefined ? byteTokenizer() : await loadTokenizer(tokenizerFile);
const cleaner = await ShareGPTCleaner.create();

let shown = 0;
for await (const conversation of cleaner.clean(readConversations(file))) {
  console.log(await explainMask(conversation, { tokenizer }));
  if (++shown === 2) break; // Leaving the loop closes the file.
}
