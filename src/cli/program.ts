import { Command } from 'commander';
import type { Terminal } from './terminal.js';
import { answersCommand } from './verbs/answers.js';
import { chatCommand } from './verbs/chat.js';
import { cleanCommand } from './verbs/clean.js';
import { createCommand } from './verbs/create.js';
import { deduplicateCommand } from './verbs/deduplicate.js';
import { gatewayCommand } from './verbs/gateway.js';
import { judgeCommand } from './verbs/judge.js';
import { keyCommand } from './verbs/key.js';
import { prepareCommand } from './verbs/prepare.js';
import { reportCommand } from './verbs/report.js';
import { serveCommand } from './verbs/serve.js';
import { trainCommand } from './verbs/train.js';
import { workerCommand } from './verbs/worker.js';

const verbs = [
  cleanCommand,
  deduplicateCommand,
  prepareCommand,
  createCommand,
  trainCommand,
  answersCommand,
  judgeCommand,
  reportCommand,
  chatCommand,
  serveCommand,
  gatewayCommand,
  workerCommand,
  keyCommand,
];

/** The `vicuna` command. What a verb needs is loaded when it runs. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('vicuna')
    .description(
      'Turn chat logs into your own assistant: prepare data, train on it, judge, serve and chat with what comes of it.',
    )
    .configureOutput({
      writeOut: (text) => terminal.output.write(text),
      writeErr: (text) => terminal.errors.write(text),
    })
    .showHelpAfterError('(see --help)')
    .exitOverride();
  for (const create of verbs) {
    const command = create(terminal);
    // What is set on the program is not passed on to commands that are added whole.
    program.addCommand(inherit(command, program));
  }
  return program;
}

function inherit(command: Command, program: Command): Command {
  command.copyInheritedSettings(program);
  for (const nested of command.commands) inherit(nested, program);
  return command;
}
