import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/**
 * A Python process that does one round of work each time it is asked, so that a peer can take turns with us without
 * paying its start-up every time. It prints one line of JSON when ready, and one a round.
 */
export class PythonPeer<Ready, Round> {
  readonly ready: Ready;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess, answers: AsyncIterator<string>, ready: Ready) {
    this.#child = child;
    this.#answers = answers;
    this.ready = ready;
  }

  /** @returns `undefined` where VICUNA_PYTHON names no Python. */
  static async start<Ready, Round>(
    script: string,
    args: readonly string[],
  ): Promise<PythonPeer<Ready, Round> | undefined> {
    const python = process.env.VICUNA_PYTHON;
    if (python === undefined) return undefined;
    const child = spawn(python, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines: Interface = createInterface({ input: child.stdout! });
    const answers = lines[Symbol.asyncIterator]();
    return new PythonPeer<Ready, Round>(child, answers, await nextAnswer(answers));
  }

  async round(request: string): Promise<Round> {
    this.#child.stdin!.write(`${request}\n`);
    return nextAnswer(this.#answers);
  }

  close(): void {
    this.#child.stdin!.end();
  }
}

async function nextAnswer<Answer>(answers: AsyncIterator<string>): Promise<Answer> {
  const { value, done } = await answers.next();
  if (done) throw new Error('The Python peer ended; its message stands above.');
  return JSON.parse(value) as Answer;
}
