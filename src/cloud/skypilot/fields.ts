import * as z from 'zod';
import { nearestName } from './names.js';

/**
 * An object that has no other fields than `shape`, as SkyPilot's own schema wants it. Each unknown field is an issue of its
 * own, at its own path, beside whatever else is wrong; `z.strictObject` would report them at the object.
 */
export function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  const check = z.core._check<object>(
    (payload) => {
      if (!isRecord(payload.value)) return;
      for (const name of Object.keys(payload.value)) {
        if (known.includes(name)) continue;
        payload.issues.push({
          code: 'custom',
          path: [name],
          message: unknownField(name, known),
          input: payload.value,
          continue: true,
        });
      }
    },
    { when: () => true },
  );
  return z.looseObject(shape).check(check);
}

/** As {@link fields}, for the objects where SkyPilot takes an empty field for an absent one. */
export function sparseFields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(withoutNulls, fields(shape));
}

/** One of a few names, in any case; or an environment variable such as `$STORE`, which SkyPilot fills in. */
export function name(kind: string, names: readonly string[]) {
  return z.string().superRefine((value, context) => {
    if (names.some((known) => known.toLowerCase() === value.toLowerCase()) || /\$\{?\w/.test(value)) return;
    const nearest = nearestName(value, names);
    const hint = nearest === undefined ? `use one of ${names.join(', ')}` : `did you mean ${nearest}?`;
    context.addIssue({ code: 'custom', message: `unknown ${kind} ${JSON.stringify(value)}, ${hint}` });
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutNulls(value: unknown): unknown {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)) : value;
}

function unknownField(field: string, known: readonly string[]): string {
  const nearest = nearestName(field, known);
  return nearest === undefined
    ? `unknown; the fields here are ${known.join(', ')}`
    : `unknown, did you mean ${nearest}?`;
}
