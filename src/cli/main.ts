#!/usr/bin/env node
import { run } from './run.js';

// Interrupted once, a command ends what it does and keeps what it has; interrupted again, it ends at once.
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort(new DOMException('Interrupted.', 'AbortError')));

const terminal = { input: process.stdin, output: process.stdout, errors: process.stderr, signal: interrupt.signal };
// No top-level await: the file is built as CommonJS too.
void run(process.argv.slice(2), terminal).then((code) => {
  process.exitCode = code;
});
