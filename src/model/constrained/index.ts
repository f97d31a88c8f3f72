export type { TokenConstraint } from './constraint.js';
export { JsonGrammar } from './json-grammar.js';
export { TokenTrie } from './token-trie.js';
