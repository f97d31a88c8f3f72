/**
 * Finds a key that stands twice in one object of a JSON text. `JSON.parse` keeps the last of the two in silence, so a
 * header could name one tensor twice and two readers could disagree on which is meant.
 *
 * @param json - a text that `JSON.parse` accepts.
 * @returns the key, or `undefined`.
 */
export function findDuplicateKey(json: string): string | undefined {
  // One entry for every open bracket: the keys seen in an object, `undefined` for an array.
  const open: (Set<string> | undefined)[] = [];
  let keyMayFollow = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (character === '"') {
      const end = closingQuote(json, index);
      const keys = open.at(-1);
      if (keyMayFollow && keys !== undefined) {
        const key: string = JSON.parse(json.slice(index, end + 1));
        if (keys.has(key)) return key;
        keys.add(key);
        keyMayFollow = false;
      }
      index = end;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined);
      keyMayFollow = true;
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ',') {
      keyMayFollow = true;
    }
  }
  return undefined;
}

function closingQuote(json: string, start: number): number {
  let index = start + 1;
  while (json[index] !== '"') index += json[index] === '\\' ? 2 : 1;
  return index;
}
