const secretHeader = /auth|key|token|secret|cookie|password/i;
const shortest = 4;

/** Takes secrets out of a text that may be shown. @internal */
export type Scrub = (text: string) => string;

/**
 * Makes a function that takes the key, and whatever headers look like a credential, out of texts that came from
 * somewhere else: endpoints repeat in their errors what they were sent.
 *
 * @internal
 */
export function scrubber(apiKey: string | null, headers: Readonly<Record<string, string>>): Scrub {
  const credentials = Object.entries(headers).flatMap(([name, value]) =>
    secretHeader.test(name) ? [value, ...value.split(/\s+/)] : [],
  );
  const secrets = [...(apiKey === null ? [] : [apiKey]), ...credentials]
    .filter((secret) => secret.length >= shortest)
    // The longest first, so that none leaves a part of another that contains it.
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text);
}

const deepest = 4;

/**
 * What may be kept of an error as a `cause`: name, code, message and stack, scrubbed, down the chain of its causes. The
 * client's own errors also hold bodies and headers.
 *
 * @internal
 */
export function scrubbedCause(error: unknown, scrub: Scrub, depth = 0): Error | undefined {
  if (!(error instanceof Error) || depth === deepest) return undefined;
  const cause = scrubbedCause(error.cause, scrub, depth + 1);
  const shown = new Error(scrub(error.message), cause === undefined ? undefined : { cause });
  shown.name = error.name;
  shown.stack = scrub(error.stack ?? '');
  if ('code' in error && typeof error.code === 'string') Object.assign(shown, { code: scrub(error.code) });
  return shown;
}
