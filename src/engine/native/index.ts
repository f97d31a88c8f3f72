export { INSTRUCTION_SETS, type InstructionSet } from './addon.js';
export { NativeEngine } from './engine.js';
export { loadAddon, NativeMissing } from './load.js';
