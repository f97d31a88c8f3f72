import { describe, it } from 'vitest';
import { createTfjsEngine } from '../../src/engine/select.js';
import { specifyTrajectories } from './trajectory-suite.js';

// A node_modules folder with @tensorflow/tfjs-node in it.
const folder = process.env.VICUNA_TFJS_NODE;

if (folder === undefined)
  describe('twelve AdamW steps on tensorflow', () => it.skip('are not tested here: VICUNA_TFJS_NODE is not set'));
else specifyTrajectories('tensorflow', () => createTfjsEngine('tensorflow', [folder]));
