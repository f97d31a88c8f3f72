import { hashOf } from './content-hash.js';

/**
 * JSON that is the same text for the same content (RFC 8785): no spaces, an object's fields in the order of their names'
 * UTF-16 units. A field whose value is `undefined` is as good as absent.
 *
 * @throws TypeError for what JSON would drop or change without a word, so that two contents never share a text: functions,
 * symbols, bigints, numbers that are not finite, objects with a class of their own.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (isPlainObject(value)) return canonicalObject(value);
  const found = typeof value === 'object' ? `a ${value?.constructor?.name ?? 'class'}` : String(value);
  throw new TypeError(
    `JSON cannot hold ${found}: pass text, finite numbers, booleans, null, arrays and plain objects.`,
  );
}

/** SHA-256 of {@link canonicalJson}, in hexadecimal: the same for the same content, whoever put it together. */
export function hashOfJson(value: unknown): string {
  return hashOf(canonicalJson(value));
}

function canonicalObject(value: Readonly<Record<string, unknown>>): string {
  const fields = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${fields.join()}}`;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
