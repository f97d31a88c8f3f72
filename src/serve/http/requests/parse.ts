import type * as z from 'zod';
import { RequestError } from '../errors.js';

/** Fields of OpenAI's API that are not offered here, with what to do instead. */
const advice: Readonly<Record<string, string>> = {
  tools: 'Describe the tools in the system message and ask for a reply with response_format.',
  functions: 'Describe the functions in the system message and ask for a reply with response_format.',
  best_of: 'Ask for n replies and choose.',
  echo: 'Put the prompt in front yourself.',
  dimensions: 'Embeddings have the size of the model.',
};

/**
 * Checks a request's body.
 *
 * @throws RequestError 400 naming the first field at fault, and every field that is not offered.
 */
export function parseRequest<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const at = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const [first] = issue.keys;
    const fields = issue.keys.map((key) => `${at === '' ? '' : `${at}.`}${key}`);
    const hint = advice[first!] ?? 'Leave it out.';
    throw new RequestError(400, `Not supported here: ${fields.join(', ')}. ${hint}`, { param: fields[0] });
  }
  throw new RequestError(400, `${at === '' ? 'The body' : at}: ${issue.message}.`, {
    param: at === '' ? undefined : at,
  });
}
