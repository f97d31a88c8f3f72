/** Thrown inside a reader where a record does not have its form; the reader adds where. */
export class WrongForm extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

/** @param path - where in the record, for example `conversations[3].value`; empty for the record itself. */
export function wrongForm(path: string, expected: string, found: unknown): WrongForm {
  return new WrongForm(`${path === '' ? '' : `${path}: `}expected ${expected}, found ${describeValue(found)}`);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function requireFields(value: unknown, path: string, expected = 'an object'): Fields {
  if (!isFields(value)) throw wrongForm(path, expected, value);
  return value;
}

export function requireText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongForm(path, 'text', value);
  return value;
}

/** An identifier: text, or a number as some exporters write it. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A record without some of its fields, or `undefined` where nothing is left. */
export function otherFields(fields: Fields, taken: readonly string[]): Fields | undefined {
  const rest = Object.entries(fields).filter(([name]) => !taken.includes(name));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (typeof value === 'object') {
    const names = Object.keys(value);
    const shown = names.slice(0, 4).map((name) => JSON.stringify(name.slice(0, 40)));
    return names.length === 0
      ? 'an empty object'
      : `an object with ${shown.join(', ')}${names.length > 4 ? ', …' : ''}`;
  }
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 36)}…"`;
}
