import * as z from 'zod';

const template = z.strictObject({ name: z.string().min(1), system: z.string(), user: z.string().min(1) });
const forTurns = z.strictObject({ oneTurn: template, multiTurn: template });

/** Templates that replace ours, kind by kind. @internal */
export const templatesSchema = z.strictObject({
  general: forTurns.optional(),
  coding: forTurns.optional(),
  math: forTurns.optional(),
  reasoning: forTurns.optional(),
});
