// Reads a saved ShareGPT export, turns its pages into markdown conversations, and says why it left some out.
//
//   node --import tsx examples/01-clean.ts [export.json]
import { readConversations, ShareGPTCleaner } from 'vicuna-sdk';

const file = process.argv[2] ?? new URL('data/sharegpt-html.json', import.meta.url);

const cleaner = await ShareGPTCleaner.create({ languages: { skip: ['fi'] } });
const run = cleaner.clean(readConversations(file), {
  onReject: ({ id, reason, detail }) => console.log(`left out ${id}: ${reason} (${detail})`),
});

let longest = '';
for await (const { messages } of run)
  for (const { role, content } of messages)
    if (role === 'assistant' && content.length > longest.length) longest = content;

const report = await run.result;
console.log(`\nkept ${report.kept} of ${report.read} conversations. The longest reply is now:\n\n${longest}`);
