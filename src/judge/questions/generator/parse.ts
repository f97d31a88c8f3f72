/**
 * The questions of a reply: the list in the JSON that was asked for, alone, in a fence or amid words, under any name or
 * none; elements may be texts or objects with one.
 *
 * @returns `undefined` where there is no such list.
 */
export function parseQuestions(reply: string): readonly string[] | undefined {
  const whole = listIn(parseJson(reply.trim()));
  if (whole !== undefined) return whole;
  for (const opening of ['{', '['])
    for (let at = reply.indexOf(opening); at >= 0; at = reply.indexOf(opening, at + 1)) {
      const end = endOfValue(reply, at);
      const list = end === undefined ? undefined : listIn(parseJson(reply.slice(at, end)));
      if (list !== undefined) return list;
    }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listIn(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const list = Array.isArray(value) ? value : Object.values(value).find(Array.isArray);
  const texts = (list as readonly unknown[] | undefined)?.map(textIn);
  return texts?.every((text) => text !== undefined) && texts.length > 0 ? texts : undefined;
}

function textIn(element: unknown): string | undefined {
  const text = typeof element === 'object' && element !== null ? firstText(element) : element;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

function firstText(element: object): unknown {
  const fields = element as Readonly<Record<string, unknown>>;
  return fields.question ?? fields.text ?? fields.prompt;
}

/** Where the JSON value that begins at a bracket ends, by its brackets. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return undefined;
}
