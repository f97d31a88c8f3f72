import type { JsonSchema } from '../../../../src/conversation/index.js';
import { JsonGrammar, TokenTrie } from '../../../../src/model/constrained/index.js';

const utf8 = new TextEncoder();

/** A vocabulary with every byte and some longer tokens, as a real one has; its last id ends a reply. */
export function smallVocabulary(words: readonly string[] = []): { tokens: (Uint8Array | undefined)[]; end: number } {
  const tokens: (Uint8Array | undefined)[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  for (const word of words) tokens.push(utf8.encode(word));
  tokens.push(undefined);
  return { tokens, end: tokens.length - 1 };
}

/** How a model that does not know what it writes would write: any allowed token is as likely as another. */
export function writeAtRandom(
  grammar: JsonGrammar,
  tokens: readonly (Uint8Array | undefined)[],
  end: number,
  pick: (count: number) => number,
  most = 4000,
): string | undefined {
  const constraint = grammar.constrain();
  const bytes: number[] = [];
  for (let step = 0; step < most; step++) {
    if (constraint.isComplete) return decode(bytes);
    const logits = new Float32Array(tokens.length);
    constraint.mask(logits);
    const allowed = [...logits.keys()].filter((id) => logits[id] === 0);
    // It ends where it may half of the time, so that replies stay short.
    const token = logits[end] === 0 && pick(2) === 0 ? end : allowed[pick(allowed.length)]!;
    if (token === end) return decode(bytes);
    constraint.accept(token);
    bytes.push(...tokens[token]!);
  }
  return undefined;
}

/** Whether a text can be written, byte by byte, and end there. */
export function canWrite(schema: JsonSchema, text: string): boolean {
  const { tokens, end } = smallVocabulary();
  const constraint = new JsonGrammar(schema, new TokenTrie(tokens), [end]).constrain();
  for (const byte of utf8.encode(text)) {
    const logits = new Float32Array(tokens.length);
    constraint.mask(logits);
    if (logits[byte] !== 0) return false;
    constraint.accept(byte);
  }
  const logits = new Float32Array(tokens.length);
  constraint.mask(logits);
  return logits[end] === 0;
}

function decode(bytes: readonly number[]): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
}
