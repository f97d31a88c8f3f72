// Fine-tunes a small model on your conversations and saves it as transformers reads it.
//
//   node --import tsx examples/04-train.ts [conversations file] [base model directory] [steps]
import {
  ConversationSegmenter,
  llamaPresets,
  readConversations,
  ShareGPTCleaner,
  trainTokenizer,
  VicunaModel,
  VicunaTrainer,
} from 'vicuna-sdk';

const [, , file = new URL('data/sharegpt-html.json', import.meta.url), base, steps = '12'] = process.argv;
const cleaner = await ShareGPTCleaner.create();
const conversations = () => cleaner.clean(readConversations(file));

/** Without a base model to go on from: a new one, with a tokenizer made for these conversations. */
async function newModel(): Promise<VicunaModel> {
  async function* texts() {
    for await (const { messages } of conversations()) for (const { content } of messages) yield content;
  }
  const tokenizer = await trainTokenizer(texts(), { vocabularySize: 1024 }).result;
  return VicunaModel.create(llamaPresets.nano, { tokenizer });
}

await using model = base === undefined ? await newModel() : await VicunaModel.load(base);
console.log(model.engine.reason);

const segmenter = await ConversationSegmenter.create({ maxTokens: 512, template: model.template }, { tokenizer: model.tokenizer });
const trainer = await VicunaTrainer.create(
  {
    outputDirectory: 'assistant',
    maxTokens: 512,
    maxSteps: Number(steps),
    batchConversations: 16,
    learningRate: base === undefined ? 5e-3 : 2e-5,
    evaluation: { fraction: 0.1 },
  },
  { model },
);

const run = trainer.train(segmenter.segment(conversations()));
for await (const event of run) {
  if (event.type === 'step-end')
    console.log(`step ${event.step}: loss ${event.loss.toFixed(3)}, ${event.tokensPerSecond.toFixed(0)} tokens/s`);
  if (event.type === 'evaluation-end') console.log(`on conversations it never saw: loss ${event.loss.toFixed(3)}`);
}
console.log(`saved in ${(await run.result).checkpoint}`);
