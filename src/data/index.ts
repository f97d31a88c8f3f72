export type { SupervisedExample } from './supervised/example.js';
