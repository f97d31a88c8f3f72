import { dirname } from 'node:path';
import { describe, it } from 'vitest';
import { createTfjsEngine } from '../../src/engine/select.js';
import { specifyTrajectories, type TrajectoryTolerance } from './trajectory-suite.js';

const packages = process.env.VICUNA_TFJS_NODE;

// Single elements of the embedding have a gradient of nearly nothing (-3.2e-8 where others of their row have 4e-2).
// Rounding decides what remains of it, and AdamW makes a whole step of what remains: TensorFlow's order of summation
// moves two such elements by 4e-3, and the last losses without clipping by 6e-5. Its gradients are as exact as those of
// the other backends.
const allowed: TrajectoryTolerance = {
  loss: 1e-4,
  gradientNormRelative: 5e-5,
  parameters: 1e-2,
  parametersRelative: 1e-4,
};

if (packages === undefined)
  describe('twelve AdamW steps on tensorflow', () => it.skip('VICUNA_TFJS_NODE names no built tfjs-node', () => {}));
else specifyTrajectories('tensorflow', () => createTfjsEngine('tensorflow', [dirname(packages)]), allowed);
