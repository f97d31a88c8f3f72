import { copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Answer,
  ConversationSegmenter,
  makeDelta,
  type Question,
  readConversations,
  ShareGPTCleaner,
  trainTokenizer,
  VicunaModel,
  VicunaTrainer,
  writeAnswers,
  writeConversations,
  writeQuestions,
} from '../../../src/index.js';
import { projectDirectory } from '../../support/shared-data.js';

/** One turn each, so that judging a page's pairs takes no time. */
const questions: Question[] = [
  { id: 'q1', category: 'generic', turns: ['How do I keep bread fresh?'] },
  { id: 'q2', category: 'coding', turns: ['Write a loop in TypeScript.'], reference: ['for (;;) break;'] },
];

/**
 * The files that a reader of the docs is taken to have, under the names that the pages use: an export of ShareGPT and
 * of ChatGPT, a base model and one that was trained, an adapter, a weight delta, questions and two sets of answers.
 */
export async function writeFixtures(directory: string): Promise<void> {
  const at = (name: string) => join(directory, name);
  const data = (name: string) => join(projectDirectory, 'examples/data', name);
  await copyFile(data('sharegpt-html.json'), at('sharegpt_html.json'));
  await copyFile(data('chatgpt-export.json'), at('conversations.json'));
  await copyFile(data('openai-messages.jsonl'), at('messages.jsonl'));
  await writeQuestions(at('questions.jsonl'), questions);
  await writeAnswers(at('baseline.jsonl'), answersOf('gpt-3.5'));
  await writeAnswers(at('ours.jsonl'), answersOf('assistant'));

  const cleaner = await ShareGPTCleaner.create();
  const conversations = () => cleaner.clean(readConversations(at('sharegpt_html.json')));
  await writeConversations(at('clean.jsonl'), conversations()).result;
  const texts: string[] = [];
  for await (const { messages } of conversations()) for (const { content } of messages) texts.push(content);
  const tokenizer = await trainTokenizer(texts, { vocabularySize: 512 }).result;
  await using model = await VicunaModel.create(
    { hiddenSize: 32, layers: 2, heads: 2, ffnSize: 64, contextLength: 2048 },
    { tokenizer, seed: 1 },
  );
  await model.save(at('llama-base'));
  await cp(at('llama-base'), at('assistant'), { recursive: true });

  const segmenter = await ConversationSegmenter.create({ maxTokens: 256 }, { tokenizer });
  const trainer = await VicunaTrainer.create(
    { outputDirectory: at('adapter'), maxSteps: 1, maxTokens: 256, lora: { rank: 2 }, checkpoints: false },
    { model },
  );
  await trainer.train(segmenter.segment(conversations())).result;
  await makeDelta({ base: at('llama-base'), target: at('assistant'), delta: at('vicuna-delta') });
}

function answersOf(model: string): Answer[] {
  return questions.map(({ id }) => ({ questionId: id, model, turns: [`${model} thinks about ${id}.`] }));
}
