export { judgeTemplates } from './built-in.js';
export { type JudgePrompt, renderPrompt } from './render.js';
export { templatesSchema } from './schema.js';
export type { JudgeSlots, JudgeTemplate, JudgeTemplateKind, JudgeTemplates } from './types.js';
export { checkTemplates } from './validate.js';
