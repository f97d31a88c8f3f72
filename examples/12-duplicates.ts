// Leaves out conversations that say nearly the same as an earlier one, and those that hold questions of the test.
//
//   node --import tsx examples/12-duplicates.ts [conversations.jsonl]
import {
  type Conversation,
  readConversations,
  removeContaminated,
  removeNearDuplicates,
  toConversation,
  vicunaQuestions,
} from 'vicuna-sdk';

async function* read(file: string): AsyncGenerator<Conversation> {
  for await (const raw of readConversations(file)) yield toConversation(raw);
}

const questions = await vicunaQuestions();
const [, , file] = process.argv;
const conversations = file === undefined ? made() : read(file);

const texts = questions.flatMap(({ id, turns, reference = [] }) => [
  ...turns.map((text) => ({ id, text })),
  ...reference.map((text) => ({ id, text, part: 'reference' })),
]);
const clean = removeContaminated(
  conversations,
  texts,
  { words: 13 },
  {
    onHit: ({ conversationId, evaluationId, words }) =>
      console.log(`left out ${conversationId}: it shares ${words} words in a row with question ${evaluationId}`),
  },
);

// What waits for its decision lies in memory up to this bound, then in temporary files.
const unique = removeNearDuplicates(
  clean,
  { threshold: 0.8 },
  {
    memoryBytes: 64 * 2 ** 20,
    onDuplicate: ({ id, duplicateOf, similarity }) =>
      console.log(`left out ${id}: ${(100 * similarity).toFixed(0)} % the same as ${duplicateOf}`),
  },
);
for await (const { id } of unique) console.log(`kept ${id}`);
console.log(await unique.result);

function made(): Conversation[] {
  const reply = 'The ferry left at nine, came into fog by ten, and did not see the other shore before noon. ';
  const tell = (id: string, ...contents: string[]): Conversation => ({
    id,
    messages: contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
  });
  return [
    tell('ferry', 'Tell me of the ferry.', reply.repeat(2)),
    tell('ferry-again', 'TELL ME OF THE FERRY!', `${reply.repeat(2)}That was it.`),
    tell('test', `Please answer this: ${questions[0]!.turns[0]}`, 'Gladly.'),
    tell('bach', 'Who was Bach?', 'A composer of the baroque, who worked in Leipzig for most of his life.'),
  ];
}
