import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Conversation, renderConversation, vicunaV1_1 } from '../../src/conversation/index.js';
import { createEngine } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { trainTokenizer } from '../../src/tokenizer/index.js';
import { type TrainEvent, VicunaTrainer } from '../../src/train/index.js';
import { temporaryDirectory } from '../support/temporary.js';

const conversation = (id: string, ...turns: readonly string[]): Conversation => ({
  id,
  messages: turns.map((content, turn) => ({ role: turn % 2 === 0 ? 'user' : 'assistant', content })),
});

const conversations = [
  conversation(
    'bread',
    'What does the baker sell?',
    'Rye bread, and rolls on Sundays.',
    'When?',
    'From six until noon.',
  ),
  conversation('ferry', 'When does the last ferry leave?', 'At 18:45, if the captain is awake.'),
  conversation('Fähre', 'Was kostet die Überfahrt?', 'Vier Münzen; Hunde fahren umsonst mit.'),
  conversation('灯塔', '谁在看守灯塔？', '奥迪尔，还有一只猫。'),
  conversation('code', 'Print 1 to 3 in Python.', '```python\nfor i in range(1, 4):\n    print(i)\n```'),
];

it('learns conversations by heart, so that the saved model gives the same replies', async () => {
  await using engine = await createEngine({ backend: 'wasm' });
  const texts = conversations.map((each) => renderConversation(each, vicunaV1_1).text);
  const tokenizer = await trainTokenizer(texts, { vocabularySize: 400 }).result;
  await using model = await VicunaModel.create(
    { hiddenSize: 64, layers: 2, heads: 4, contextLength: 256, initializerRange: 0.1 },
    { engine, tokenizer, seed: 1 },
  );
  const outputDirectory = join(await temporaryDirectory(), 'out');
  const trainer = await VicunaTrainer.create(
    { outputDirectory, epochs: 60, batchConversations: 5, learningRate: 6e-3, warmupSteps: 3, beta2: 0.99 },
    { model },
  );
  const events: TrainEvent[] = [];
  const run = trainer.train(conversations);
  for await (const event of run) events.push(event);

  expect(events[0]).toMatchObject({
    type: 'train-start',
    conversations: 5,
    supervision: { conversations: 5, examples: 5, truncated: 0 },
  });
  const { checkpoint, loss } = await run.result;
  expect(loss).toBeLessThan(0.1);

  await using learned = await VicunaModel.load(checkpoint, { engine });
  for (const { messages } of conversations)
    for (let turn = 1; turn < messages.length; turn += 2) {
      const { text } = await learned.chat(messages.slice(0, turn), { temperature: 0, maxTokens: 60 }).result;
      expect(text).toBe(messages[turn]!.content);
    }
});
