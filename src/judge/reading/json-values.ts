/** The JSON objects of a text: the whole of it, or those that stand in it. */
export function jsonObjects(text: string): Record<string, unknown>[] {
  const whole = parsed(text);
  if (whole !== undefined) return [whole];
  return [...pieces(text)].map(parsed).filter((piece) => piece !== undefined);
}

/** A field by what its name means, whatever its case and separators. */
export function fieldOf(object: Readonly<Record<string, unknown>>, names: RegExp): unknown {
  const key = Object.keys(object).find((name) => names.test(name.toLowerCase().replace(/[^a-z0-9]/g, '')));
  return key === undefined ? undefined : object[key];
}

const explanations =
  /^(?:explanation|reason|reasons|reasoning|rationale|justification|comments?|feedback|analysis|evaluation)$/;

export function explanationIn(object: Readonly<Record<string, unknown>>): string {
  const explanation = fieldOf(object, explanations);
  return typeof explanation === 'string' ? explanation.trim() : '';
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Outermost `{...}`, with strings respected. One pass: a brace that is never closed ends it. */
function* pieces(text: string): Generator<string> {
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text[index];
    if (quoted) {
      if (unit === '\\') index++;
      else if (unit === '"') quoted = false;
    } else if (unit === '"' && depth > 0) quoted = true;
    else if (unit === '{') {
      if (depth++ === 0) start = index;
    } else if (unit === '}' && depth > 0 && --depth === 0) yield text.slice(start, index + 1);
  }
}
