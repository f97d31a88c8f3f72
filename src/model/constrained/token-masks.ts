import type { Automaton, State } from './automaton.js';
import type { TokenTrie } from './token-trie.js';

/** Which tokens an automaton can read next, one bit a token, found once a state. */
export class TokenMasks {
  readonly #automaton: Automaton;
  readonly #trie: TokenTrie;
  readonly #masks = new WeakMap<State, Uint8Array>();
  /** The state at each depth of the walk. */
  readonly #path: State[] = [];

  constructor(automaton: Automaton, trie: TokenTrie) {
    this.#automaton = automaton;
    this.#trie = trie;
  }

  /** @returns bit `id % 8` of byte `id >> 3` is set where token `id` may come next. */
  of(state: State): Uint8Array {
    let mask = this.#masks.get(state);
    if (mask === undefined) {
      mask = this.#find(state);
      this.#masks.set(state, mask);
    }
    return mask;
  }

  #find(start: State): Uint8Array {
    const { byte, depth, skip, token, sameAs, size } = this.#trie;
    const mask = new Uint8Array(Math.ceil(size / 8));
    const path = this.#path;
    path[0] = start;
    for (let node = 0; node < byte.length; ) {
      const level = depth[node]!;
      const state = this.#automaton.next(path[level - 1]!, byte[node]!);
      if (state === null) {
        node = skip[node]!;
        continue;
      }
      path[level] = state;
      for (let id = token[node]!; id !== -1; id = sameAs[id]!) mask[id >> 3]! |= 1 << (id & 7);
      node++;
    }
    return mask;
  }
}
