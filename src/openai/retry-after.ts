const second = 1000;

// Each of the three forms of RFC 9110 §5.6.7. Date.parse alone takes almost any text with a digit for a date.
const fixedDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const rfc850Date = /^[A-Z][a-z]+day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/;
const asctimeDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/**
 * How long an endpoint asks its clients to wait: `retry-after-ms`, as OpenAI and Azure send it, or `Retry-After` in
 * seconds or as a date (RFC 9110 §10.2.3).
 *
 * @param now - milliseconds since the epoch, which dates are compared with; a date that has passed asks for 0.
 * @returns seconds, or `undefined` where nothing is asked for that can be understood.
 * @internal
 */
export function parseRetryAfter(headers: Pick<Headers, 'get'>, now: number): number | undefined {
  const milliseconds = parseNumber(headers.get('retry-after-ms'));
  if (milliseconds !== undefined) return milliseconds / second;
  const value = headers.get('retry-after');
  return parseNumber(value) ?? parseDate(value, now);
}

function parseNumber(value: string | null): number | undefined {
  if (value === null || !/^\s*\d+(\.\d+)?\s*$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function parseDate(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const zoned = asctimeDate.test(text) ? `${text} GMT` : text;
  if (zoned === text && !fixedDate.test(text) && !rfc850Date.test(text)) return undefined;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now) / second;
}
