import type { JsonSchema } from '../../conversation/index.js';
import { VicunaError } from '../../core/index.js';
import { Automaton, type State } from './automaton.js';
import type { TokenConstraint } from './constraint.js';
import { schemaExpression } from './json/schema.js';
import { TokenMasks } from './token-masks.js';
import type { TokenTrie } from './token-trie.js';

// Shapes: V vocabulary.

/**
 * Replies in JSON that a schema admits, token by token. What it finds out about a schema is kept, so that later replies
 * under the same one begin at full speed; any number of replies may be written at once.
 */
export class JsonGrammar {
  readonly #automaton: Automaton;
  readonly #masks: TokenMasks;
  readonly #trie: TokenTrie;
  readonly #endTokenIds: readonly number[];

  /**
   * @param trie - the vocabulary by its bytes, without special tokens.
   * @param endTokenIds - tokens that end a reply.
   * @throws VicunaError `schema-unsupported` naming what cannot be followed.
   */
  constructor(schema: JsonSchema, trie: TokenTrie, endTokenIds: Iterable<number>) {
    this.#automaton = new Automaton(schemaExpression(schema));
    this.#masks = new TokenMasks(this.#automaton, trie);
    this.#trie = trie;
    this.#endTokenIds = [...endTokenIds];
  }

  /** Begins a reply. */
  constrain(): TokenConstraint {
    return new JsonConstraint(this.#automaton, this.#masks, this.#trie, this.#endTokenIds);
  }
}

class JsonConstraint implements TokenConstraint {
  readonly #automaton: Automaton;
  readonly #masks: TokenMasks;
  readonly #trie: TokenTrie;
  readonly #endTokenIds: readonly number[];
  #state: State;

  constructor(automaton: Automaton, masks: TokenMasks, trie: TokenTrie, endTokenIds: readonly number[]) {
    this.#automaton = automaton;
    this.#masks = masks;
    this.#trie = trie;
    this.#endTokenIds = endTokenIds;
    this.#state = automaton.start();
  }

  get isComplete(): boolean {
    return this.#state.accepts && this.#state.places.length === 0;
  }

  mask(logits_V: Float32Array): void {
    const allowed = this.#masks.of(this.#state);
    const ends = this.#state.accepts ? this.#endTokenIds.map((id) => [id, logits_V[id]!] as const) : [];
    let left = ends.length;
    for (let id = 0; id < logits_V.length; id++)
      if (((allowed[id >> 3] ?? 0) & (1 << (id & 7))) === 0) logits_V[id] = Number.NEGATIVE_INFINITY;
      else left++;
    for (const [id, logit] of ends) logits_V[id] = logit;
    if (left === 0)
      throw new VicunaError(
        'schema-unsupported',
        'The JSON schema cannot be followed: no token of the vocabulary can come next. Ask for characters that the vocabulary has.',
      );
  }

  accept(token: number): void {
    let state = this.#automaton.renew(this.#state);
    for (const byte of this.#trie.bytesOf(token)) state = this.#automaton.next(state, byte) ?? state;
    this.#state = state;
  }
}
