const GREATER = 0x3e;
const EQUALS = 0x3d;
const SLASH = 0x2f;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/**
 * Finds the `>` that ends a tag, past attribute values that hold one.
 *
 * @param from - just after the tag's name.
 * @returns -1 where the text ends inside the tag, which then is no tag at all.
 */
export function findTagEnd(html: string, from: number): number {
  let at = from;
  for (;;) {
    let code = html.charCodeAt(at);
    while (isSpace(code) || code === SLASH) code = html.charCodeAt(++at);
    if (code === GREATER) return at;
    if (Number.isNaN(code)) return -1;
    // A name; an equals sign in front of one is part of it.
    do code = html.charCodeAt(++at);
    while (code !== GREATER && code !== EQUALS && code !== SLASH && !isSpace(code) && !Number.isNaN(code));
    let value = at;
    while (isSpace(html.charCodeAt(value))) value++;
    if (html.charCodeAt(value) !== EQUALS) continue;
    do value++;
    while (isSpace(html.charCodeAt(value)));
    code = html.charCodeAt(value);
    if (code === QUOTE || code === APOSTROPHE) {
      at = html.indexOf(code === QUOTE ? '"' : "'", value + 1) + 1;
      if (at === 0) return -1;
    } else {
      at = value;
      while (code !== GREATER && !isSpace(code)) {
        if (Number.isNaN(code)) return -1;
        code = html.charCodeAt(++at);
      }
    }
  }
}
