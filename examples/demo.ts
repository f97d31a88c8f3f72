// The whole story: from a ShareGPT export to a chat with the model trained on it. `npm run demo`
import { readFile } from 'node:fs/promises';
import { intro, log, note, outro, progress } from '@clack/prompts';
import plot from 'simple-ascii-chart';
import {
  type CleanReport,
  type Conversation,
  ConversationSegmenter,
  type EpochEndEvent,
  explainMask,
  readConversations,
  ShareGPTCleaner,
  type StepEndEvent,
  type Tokenizer,
  trainTokenizer,
  VicunaModel,
  VicunaTrainer,
} from 'vicuna-sdk';

const started = performance.now();
const output = process.argv[2] ?? '.cache/demo-model';
const data = (name: string) => new URL(`data/${name}`, import.meta.url);

intro('From a ShareGPT export to your own assistant');
const { conversations, report } = await clean();
const tokenizer = await makeTokenizer(conversations);
log.message(await explainMask(conversations[0]!, { tokenizer }));
await train(conversations, tokenizer);
const right = await chat();
note(summary(report, right), 'Summary');
outro(`The model is in ${output}. Chat with it: node --import tsx examples/05-chat.ts ${output}`);

async function clean(): Promise<{ conversations: Conversation[]; report: CleanReport }> {
  const cleaner = await ShareGPTCleaner.create({
    languages: { skip: ['fi'] },
    rejectWrongListNumbering: true,
    rejectRepetition: true,
  });
  const rejected: string[] = [];
  const run = cleaner.clean(readConversations(data('sharegpt-html.json')), {
    onReject: ({ id, reason, detail }) => rejected.push(`${id}: ${reason} (${detail})`),
  });
  const kept: Conversation[] = [];
  for await (const conversation of run) kept.push(conversation);
  log.step(`Cleaned the export: ${kept.length} conversations kept, ${rejected.length} left out`);
  log.message(rejected.join('\n'));
  return { conversations: kept, report: await run.result };
}

async function makeTokenizer(conversations: readonly Conversation[]): Promise<Tokenizer> {
  const texts = conversations.flatMap(({ messages }) => messages.map(({ content }) => content));
  const tokenizer = await trainTokenizer(texts, { vocabularySize: 2048 }).result;
  log.step(`Trained a tokenizer of ${tokenizer.vocabularySize} tokens. What the model will learn, highlighted:`);
  return tokenizer;
}

async function train(conversations: readonly Conversation[], tokenizer: Tokenizer): Promise<void> {
  await using model = await VicunaModel.create(
    {
      hiddenSize: 96,
      layers: 2,
      heads: 4,
      ffnSize: 256,
      contextLength: 512,
      tiedEmbeddings: true,
      // Wider than a large model's 0.02: a small one learns nothing for ten epochs from weights that small.
      initializerRange: 0.08,
    },
    { tokenizer, seed: 1 },
  );
  const segmenter = await ConversationSegmenter.create({ maxTokens: 512 }, { tokenizer });
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory: output,
      epochs: 20,
      maxTokens: 512,
      microBatchTokens: 1024,
      batchConversations: 4,
      learningRate: 6e-3,
      warmupRatio: 0.05,
      beta2: 0.99,
    },
    { model },
  );
  const run = trainer.train(segmenter.segment(conversations));
  const losses: [epoch: number, loss: number][] = [];
  const meter = startMeter();
  for await (const event of run) {
    if (event.type === 'train-start') {
      const { parameters, supervisedTokens, totalSteps, engine } = event;
      log.step(`Training ${(parameters / 1e6).toFixed(1)} million weights on ${supervisedTokens} supervised tokens`);
      log.info(engine.reason);
      meter.start(totalSteps);
    } else if (event.type === 'step-end') meter.step(event);
    else if (event.type === 'epoch-end') {
      losses.push([event.epoch, event.loss]);
      meter.epoch(event);
    } else if (event.type === 'train-end') meter.stop(`Trained for ${event.seconds.toFixed(0)} s`);
  }
  log.message(plot(losses, { title: 'loss by epoch', width: 60, height: 10 }));
}

/** A bar where there is a terminal, a line an epoch where there is none. */
function startMeter() {
  if (!process.stdout.isTTY)
    return {
      start: () => undefined,
      step: () => undefined,
      epoch: ({ epoch, loss }: EpochEndEvent) => log.message(`epoch ${epoch}: loss ${loss.toFixed(3)}`, { spacing: 0 }),
      stop: log.success,
    };
  let bar: ReturnType<typeof progress> | undefined;
  return {
    start: (steps: number) => {
      bar = progress({ max: steps });
      bar.start('epoch 1');
    },
    step: ({ epoch, loss, tokensPerSecond }: StepEndEvent) =>
      bar?.advance(1, `epoch ${epoch}, loss ${loss.toFixed(3)}, ${tokensPerSecond.toFixed(0)} tokens/s`),
    epoch: () => undefined,
    stop: (message: string) => bar?.stop(message),
  };
}

async function chat(): Promise<string> {
  await using model = await VicunaModel.load(output);
  log.step('Loaded the saved model. Asking it what it was told:');
  const questions = JSON.parse(await readFile(data('questions.json'), 'utf8')) as { question: string; reply: string }[];
  let right = 0;
  for (const { question, reply } of questions) {
    const { text } = await model.chat([{ role: 'user', content: question }], { temperature: 0, maxTokens: 80 }).result;
    const same = text === reply;
    if (same) right++;
    log[same ? 'success' : 'warn'](`${question}\n${text}`);
  }
  return `${right} of ${questions.length}`;
}

function summary(report: CleanReport, right: string): string {
  const reasons = Object.entries(report.rejected).filter(([, count]) => count > 0);
  return [
    `${report.read} records read, ${report.kept} kept`,
    ...reasons.map(([reason, count]) => `  ${count} left out: ${reason}`),
    `${right} answers word for word as in the conversations`,
    `${((performance.now() - started) / 1000).toFixed(0)} seconds in all`,
  ].join('\n');
}
