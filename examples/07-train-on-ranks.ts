// Divides a training among threads and leaves it in the middle; a second run, on another number of threads, goes on from
// the last checkpoint. Trains the model of 04-train.ts further, as a low-rank adapter.
//
//   node --import tsx examples/07-train-on-ranks.ts [conversations file] [base model directory]
import { ConversationSegmenter, readConversations, ShareGPTCleaner, VicunaModel, VicunaTrainer } from 'vicuna-sdk';

const [, , file = new URL('data/sharegpt-html.json', import.meta.url), base = 'assistant'] = process.argv;
const cleaner = await ShareGPTCleaner.create();

/** @param stopAfter - leaves the run after so many steps, as a machine that vanishes would. */
async function train(ranks: number, stopAfter = Number.POSITIVE_INFINITY): Promise<void> {
  await using model = await VicunaModel.load(base);
  const segmenter = await ConversationSegmenter.create({ maxTokens: 512, template: model.template }, { tokenizer: model.tokenizer });
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory: 'adapter',
      maxTokens: 512,
      maxSteps: 6,
      batchConversations: 16,
      learningRate: 1e-3,
      lora: { rank: 4 },
      ranks,
      checkpoints: { everySteps: 1, keep: 2 },
      resume: Number.isFinite(stopAfter) ? false : 'auto',
    },
    { model },
  );
  const run = trainer.train(segmenter.segment(cleaner.clean(readConversations(file))));
  for await (const event of run) {
    if (event.type === 'train-start' && event.resumed) console.log(`goes on after step ${event.resumed.step}`);
    if (event.type === 'checkpoint-commit') console.log(`saved step ${event.step}: ${event.path}`);
    if (event.type !== 'step-end') continue;
    console.log(`${ranks} ranks, step ${event.step}: loss ${event.loss.toFixed(3)}`);
    if (event.step === stopAfter) return;
  }
  console.log(`an adapter that peft reads: ${(await run.result).checkpoint}`);
}

await train(2, 3);
await train(1);
