// Says what a training would be, before anything is spent: tokens, steps, memory, time and cost.
//
//   node --import tsx examples/15-plan.ts [conversations file] [base model directory] [dollars an hour]
import { ConversationSegmenter, readConversations, ShareGPTCleaner, VicunaModel, VicunaTrainer } from 'vicuna-sdk';

const [, , file = new URL('data/sharegpt-html.json', import.meta.url), base = 'assistant', price = '1'] = process.argv;
const cleaner = await ShareGPTCleaner.create();
await using model = await VicunaModel.load(base);
const segmenter = await ConversationSegmenter.create({ maxTokens: 512, template: model.template }, { tokenizer: model.tokenizer });
const trainer = await VicunaTrainer.create(
  { outputDirectory: 'planned', maxTokens: 512, batchConversations: 16, evaluation: { fraction: 0.1 } },
  { model },
);

const conversations = segmenter.segment(cleaner.clean(readConversations(file)));
const { data, steps, memory, time, warnings } = await trainer.plan(conversations, { pricePerHour: Number(price) })
  .result;
console.log(
  `${data.conversations} conversations, ${(100 * data.supervisedShare).toFixed(0)}% of the tokens are learned`,
);
console.log(`${steps.totalSteps} steps, ${(steps.flopsPerStep / 1e9).toFixed(1)} GFLOP each`);
console.log(`${(memory.processPeak / 1e6).toFixed(0)} MB at the peak`);
if (time) console.log(`${time.seconds.toFixed(1)} s, $${time.cost?.toFixed(4)}`);
for (const { message } of warnings) console.log(`warning: ${message}`);
