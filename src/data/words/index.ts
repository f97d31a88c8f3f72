export { mix32 } from './mix.js';
export { normalizeWord } from './normalize.js';
export { WordScanner } from './scanner.js';
