import type { Fields } from '../shape.js';

/** A row as JSON would have it: instants as ISO 8601, integers as numbers where they are exact, else as text. */
export function plainFields(row: Fields): Fields {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as unknown[], plainValue);
  return plainFields(value as Fields);
}
