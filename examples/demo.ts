// The whole story: from a ShareGPT export to a chat with the model trained on it. `npm run demo`
import { readFile } from 'node:fs/promises';
import { intro, log, note, outro, progress, spinner } from '@clack/prompts';
import plot from 'simple-ascii-chart';
import {
  type CleanReport,
  type Conversation,
  ConversationSegmenter,
  explainMask,
  readConversations,
  ShareGPTCleaner,
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
    { hiddenSize: 96, layers: 2, heads: 4, ffnSize: 256, contextLength: 512, tiedEmbeddings: true },
    { tokenizer, seed: 1 },
  );
  const segmenter = await ConversationSegmenter.create({ maxTokens: 512 }, { tokenizer });
  const trainer = await VicunaTrainer.create(
    { outputDirectory: output, epochs: 30, maxTokens: 512, batchConversations: 8, learningRate: 5e-3 },
    { model },
  );
  const run = trainer.train(segmenter.segment(conversations));
  const losses: [step: number, loss: number][] = [];
  let bar: ReturnType<typeof progress> | undefined;
  for await (const event of run) {
    if (event.type === 'train-start') {
      const { parameters, supervisedTokens, totalSteps, engine } = event;
      log.step(`Training ${(parameters / 1e6).toFixed(1)} million weights on ${supervisedTokens} supervised tokens`);
      log.info(engine.reason);
      bar = progress({ max: totalSteps });
      bar.start('epoch 1');
    } else if (event.type === 'step-end') {
      losses.push([event.step, event.loss]);
      bar?.advance(
        1,
        `epoch ${event.epoch}, loss ${event.loss.toFixed(3)}, ${event.tokensPerSecond.toFixed(0)} tokens/s`,
      );
    } else if (event.type === 'train-end') bar?.stop(`Trained for ${event.seconds.toFixed(0)} s`);
  }
  log.message(plot(losses, { title: 'loss', width: 60, height: 10 }));
}

async function chat(): Promise<string> {
  const loading = spinner();
  loading.start('Loading the saved model');
  await using model = await VicunaModel.load(output);
  loading.stop('Loaded the saved model. Asking it what it was told:');
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
