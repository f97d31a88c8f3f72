import type { Generation, TextDelta } from '../../../../../src/conversation/index.js';
import { startRun } from '../../../../../src/core/index.js';
import type { ServedModel } from '../../../../../src/serve/index.js';

export interface HeldModel extends ServedModel {
  /** Lets the model say this, and no more until the next call. */
  say(text: string): void;
  finish(): void;
  fail(error: Error): void;
  /** Resolves when the one who asked has left. */
  readonly left: Promise<void>;
}

/** A model that says a piece when the test says so: what is on the page between two pieces is then no question of time. */
export function heldModel(id = 'held'): HeldModel {
  const pieces: (string | Error | undefined)[] = [];
  let wake = () => {};
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const push = (piece: string | Error | undefined) => {
    pieces.push(piece);
    wake();
  };
  return {
    id,
    features: [],
    left,
    say: (text) => push(text),
    finish: () => push(undefined),
    fail: (error) => push(error),
    chat: (_, options) =>
      startRun<TextDelta, Generation>(async function* (signal) {
        const aborted = new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        void aborted.then(leave);
        let text = '';
        for (;;) {
          if (pieces.length === 0)
            await Promise.race([
              aborted,
              new Promise<void>((resolve) => {
                wake = resolve;
              }),
            ]);
          signal.throwIfAborted();
          const piece = pieces.shift();
          if (piece instanceof Error) throw piece;
          if (piece === undefined) break;
          text += piece;
          yield { type: 'text-delta', text: piece };
        }
        return { text, finishReason: 'stop', usage: { promptTokens: 1, completionTokens: 1 } };
      }, options),
  };
}
