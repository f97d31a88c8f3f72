import { createEngine } from '../../../src/engine/index.js';
import { describeEngine } from '../contract/index.js';

describeEngine({ name: 'tfjs wasm', open: () => createEngine({ backend: 'wasm' }) });
