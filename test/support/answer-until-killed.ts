// Answers questions with models whose replies come from the parent process, which counts the calls, until it is done or killed.
import type { ChatModel, Generation, TextDelta } from '../../src/conversation/index.js';
import { startRun } from '../../src/core/index.js';
import { generateAnswers } from '../../src/judge/answers/index.js';
import { readQuestions } from '../../src/judge/questions/index.js';

const [questionFile, store] = process.argv.slice(2);
const waiting = new Map<number, (text: string) => void>();
let calls = 0;
process.on('message', ({ id, text }: { id: number; text: string }) => waiting.get(id)?.(text));

const model = (id: string): ChatModel => ({
  id,
  features: [],
  chat: (messages) =>
    startRun<TextDelta, Generation>(async function* () {
      const call = calls++;
      const text = await new Promise<string>((resolve) => {
        waiting.set(call, resolve);
        process.send!({
          type: 'call',
          id: call,
          content: `${id}: ${messages.map(({ content }) => content).join(' / ')}`,
        });
      });
      yield { type: 'text-delta', text };
      return { text, finishReason: 'stop', usage: { promptTokens: 1, completionTokens: 1 } };
    }),
});

const run = generateAnswers([model('one'), model('two')], await readQuestions(questionFile!), {
  store,
  concurrency: 3,
});
process.send!({ type: 'end', report: await run.result });
process.disconnect();
