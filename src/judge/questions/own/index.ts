import type { Question } from '../../types.js';
import { codingMath } from './coding-math.js';
import { commonSense } from './common-sense.js';
import { counterfactual } from './counterfactual.js';
import { fermi } from './fermi.js';
import { generic } from './generic.js';
import { knowledge } from './knowledge.js';
import { roleplay } from './roleplay.js';
import { writing } from './writing.js';

export const questions: readonly Question[] = [
  ...generic,
  ...knowledge,
  ...roleplay,
  ...commonSense,
  ...fermi,
  ...counterfactual,
  ...codingMath,
  ...writing,
];
