import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import type { Generation, Message, TextDelta } from '../../conversation/index.js';
import { type Run, VicunaError } from '../../core/index.js';
import type { WeightFormat } from '../../model/index.js';
import { modelNameHelp } from '../model-names.js';
import { openModels } from '../open-models.js';
import { parseCount, parseNumber } from '../parse-number.js';
import { printLine, type Terminal } from '../terminal.js';

interface Words {
  readonly system?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly weights?: WeightFormat;
}

/** `vicuna chat` */
export function chatCommand(terminal: Terminal): Command {
  return new Command('chat')
    .description('Chat with a model. /clear begins anew, /exit ends; Ctrl-C stops a reply.')
    .argument('<model>', modelNameHelp)
    .option('--system <text>', 'what the conversation begins with')
    .option('--temperature <number>', '0 is always the likeliest word', parseNumber)
    .option('--max-tokens <count>', 'most tokens of a reply', parseCount)
    .option('--weights <format>', 'float32, bfloat16 or int8: smaller and faster, for a model that is loaded here')
    .action((name: string, words: Words) => chat(terminal, name, words));
}

async function chat(terminal: Terminal, name: string, words: Words): Promise<void> {
  await using opened = await openModels([name], { signal: terminal.signal, weights: words.weights });
  const model = opened.models[0]!;
  // What is piped in is not asked for, so that what is piped out are replies alone.
  const prompt = (terminal.input as { isTTY?: boolean }).isTTY === true ? '> ' : '';
  const lines = createInterface({ input: terminal.input, output: terminal.output, prompt });
  const opening: readonly Message[] = words.system === undefined ? [] : [{ role: 'system', content: words.system }];
  let messages = [...opening];
  let running: AbortController | undefined;
  let isClosed = false;
  // Lines that were read before the input ended still come; asking for more would throw in later Nodes.
  lines.once('close', () => {
    isClosed = true;
  });
  const interrupt = () => (running === undefined ? lines.close() : running.abort());
  // A terminal's Ctrl-C comes from the line editor; without a terminal it is a signal.
  lines.on('SIGINT', interrupt);
  terminal.signal.addEventListener('abort', interrupt, { once: true });
  try {
    lines.prompt();
    for await (const line of lines) {
      const text = line.trim();
      if (text === '/exit') return;
      if (text === '/clear') messages = [...opening];
      else if (text !== '') {
        running = new AbortController();
        const asked: Message[] = [...messages, { role: 'user', content: text }];
        const { temperature, maxTokens } = words;
        const reply = await stream(terminal, model.chat(asked, { temperature, maxTokens, signal: running.signal }));
        // What came of a reply that was stopped stays in the conversation; a question without any does not.
        if (reply !== '') messages = [...asked, { role: 'assistant', content: reply }];
        running = undefined;
      }
      terminal.signal.throwIfAborted();
      if (!isClosed) lines.prompt();
    }
  } finally {
    terminal.signal.removeEventListener('abort', interrupt);
    lines.close();
  }
}

/** Prints a reply as it comes. @returns what came of it. */
async function stream(terminal: Terminal, run: Run<TextDelta, Generation>): Promise<string> {
  let reply = '';
  try {
    for await (const { text } of run) {
      reply += text;
      terminal.output.write(text);
    }
  } catch (error) {
    const wasStopped = error instanceof DOMException && error.name === 'AbortError';
    if (!wasStopped && !VicunaError.isInstance(error)) throw error;
    if (!wasStopped) printLine(terminal.errors, error.message);
  }
  printLine(terminal.output, '');
  return reply;
}
