import type { ResponseFormat } from '../../conversation/index.js';
import { JsonGrammar, type TokenConstraint, TokenTrie } from '../constrained/index.js';
import type { VocabularyBytes } from './vocabulary.js';

/** Schemas that are kept ready: applications have a few, and ask for the same again. */
const MOST_GRAMMARS = 32;

/** What forms replies in one vocabulary may have. */
class ReplyForms {
  readonly #trie: TokenTrie;
  /** By schema and end tokens, least recently used first. */
  readonly #grammars = new Map<string, JsonGrammar>();

  constructor(bytes: VocabularyBytes) {
    this.#trie = new TokenTrie(bytes);
  }

  grammar(schema: Readonly<Record<string, unknown>>, endTokenIds: ReadonlySet<number>): JsonGrammar {
    const key = JSON.stringify([schema, [...endTokenIds]]);
    const grammar = this.#grammars.get(key) ?? new JsonGrammar(schema, this.#trie, endTokenIds);
    this.#grammars.delete(key);
    this.#grammars.set(key, grammar);
    if (this.#grammars.size > MOST_GRAMMARS) this.#grammars.delete(this.#grammars.keys().next().value!);
    return grammar;
  }
}

const formsOf = new WeakMap<VocabularyBytes, ReplyForms>();

/**
 * Begins a reply of a form; `undefined` where any text will do.
 *
 * @throws VicunaError `schema-unsupported` naming what cannot be followed.
 */
export function constrainReply(
  format: ResponseFormat,
  bytes: () => VocabularyBytes,
  endTokenIds: ReadonlySet<number>,
): TokenConstraint | undefined {
  if (format.type === 'text') return undefined;
  const table = bytes();
  let forms = formsOf.get(table);
  if (forms === undefined) {
    forms = new ReplyForms(table);
    formsOf.set(table, forms);
  }
  return forms.grammar(format.schema, endTokenIds).constrain();
}
