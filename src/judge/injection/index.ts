export { detectInjections } from './detect.js';
