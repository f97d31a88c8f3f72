// Replaces personal data by placeholders, leaves out what a judge flags, and adds conversations about who the assistant is.
//
//   node --import tsx examples/13-data-tools.ts [logs.json]
import {
  filterByModeration,
  identityConversations,
  readConversations,
  ShareGPTCleaner,
  scrubPersonalData,
  type TextJudge,
  VicunaError,
} from 'vicuna-sdk';

const logs = process.argv[2] ?? new URL('data/sharegpt-html.json', import.meta.url);

// Any function will do; openaiModeration({}) asks OpenAI's moderation endpoint.
const judge: TextJudge = async (texts) =>
  texts.map((text) => {
    const categories = /\b(idiot|shut up)\b/i.test(text) ? ['insult'] : [];
    return { flagged: categories.length > 0, categories };
  });

try {
  const cleaner = await ShareGPTCleaner.create();
  const scrubbed = scrubPersonalData(cleaner.clean(readConversations(logs)));
  const civil = filterByModeration(
    scrubbed,
    {},
    { judge, onReject: ({ id, categories }) => console.log(id, ...categories) },
  );
  const { kept, byCategory } = await civil.result;
  const { found } = await scrubbed.result;
  console.log(
    `${kept} conversations are kept; replaced: ${JSON.stringify(found)}; left out: ${JSON.stringify(byCategory)}`,
  );

  const identity = identityConversations({
    name: 'Ada',
    maker: 'Port Ambra Library',
    languages: ['en', 'fr', 'ja'],
    count: 3,
  });
  for (const { messages } of identity) for (const { role, content } of messages) console.log(`${role}: ${content}`);
} catch (error) {
  if (!VicunaError.isInstance(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
