// Chats with a model in the terminal, word by word. Ctrl-C while it answers stops the answer, not the program.
//
//   node --import tsx examples/05-chat.ts [model directory] [question]
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { type Message, VicunaModel } from 'vicuna-sdk';

const [, , directory = 'assistant', question] = process.argv;
if (!existsSync(directory)) {
  console.error(`There is no model in ${directory}. Make one with examples/04-train.ts or npm run demo.`);
  process.exit(1);
}

await using model = await VicunaModel.load(directory);
const terminal = createInterface({ input: process.stdin, output: process.stdout });
const messages: Message[] = [];

async function answer(content: string): Promise<void> {
  messages.push({ role: 'user', content });
  const stop = new AbortController();
  const interrupt = () => stop.abort(new Error('stopped'));
  terminal.once('SIGINT', interrupt);
  let reply = '';
  try {
    // Old rounds are forgotten when the conversation outgrows the model's context.
    const options = {
      temperature: 0,
      maxTokens: 200,
      contextOverflow: 'truncate-oldest',
      signal: stop.signal,
    } as const;
    for await (const { text } of model.chat(messages, options)) {
      reply += text;
      process.stdout.write(text);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    terminal.off('SIGINT', interrupt);
  }
  process.stdout.write('\n\n');
  messages.push({ role: 'assistant', content: reply });
}

if (question !== undefined) await answer(question);
else if (process.stdin.isTTY) for (;;) await answer(await terminal.question('> '));
else for await (const line of terminal) await answer(line);
terminal.close();
