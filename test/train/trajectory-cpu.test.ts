import { createEngine } from '../../src/engine/index.js';
import { specifyTrajectories } from './trajectory-suite.js';

specifyTrajectories('cpu', () => createEngine({ backend: 'cpu' }));
