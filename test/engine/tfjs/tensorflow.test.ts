import { describe, it } from 'vitest';
import { createTfjsEngine } from '../../../src/engine/select.js';
import { describeEngine } from '../contract/index.js';

// A node_modules folder with @tensorflow/tfjs-node in it; where it is not set, the package's own resolution decides.
const folder = process.env.VICUNA_TFJS_NODE;
const open = () => createTfjsEngine('tensorflow', folder === undefined ? [] : [folder]);

const missing = await open().then(
  (engine) => engine[Symbol.asyncDispose](),
  (error: Error) => error.message,
);

if (missing === undefined) describeEngine({ name: 'tfjs tensorflow', open });
else
  describe('the engine on tfjs tensorflow', () => {
    it.skip(`is not tested here: ${missing}`);
    process.stderr.write(`skipped: ${missing} Tests also look in the folder that VICUNA_TFJS_NODE names.\n`);
  });
