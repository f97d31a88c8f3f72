import * as z from 'zod';

/** An id of FastChat's files is a number or text; both mean the same question. */
export const idField = z
  .union([z.string().min(1), z.number()], { error: 'expected text or a number' })
  .transform((id) => String(id));

/** Complains about a field that is needed and has none of its names. */
export function missing(context: z.RefinementCtx, ...names: readonly [string, ...string[]]): never {
  const listed = names.map((name) => `"${name}"`).join(' or ');
  context.addIssue({ code: 'custom', path: [], message: `expected a field ${listed}` });
  return z.NEVER;
}
