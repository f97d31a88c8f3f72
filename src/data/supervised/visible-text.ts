// A log is untrusted: an escape sequence in it could retitle the terminal, hide text or type commands, and an invisible
// or direction-changing character could hide what is really learned. Joiners and the selectors of emoji stay, since emoji
// and several scripts need them.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const harmless = new Set(['\n', '\u200c', '\u200d', '\ufe0e', '\ufe0f']);
const CONTROL_PICTURES = 0x2400;

/** A text with every character that would not show made visible: `␛`, `␍`, `\u{202e}`. Line ends stay. */
export function visibleText(text: string): string {
  return text.replace(unprintable, (character) => {
    if (harmless.has(character)) return character;
    const code = character.codePointAt(0)!;
    if (code < 0x20) return String.fromCharCode(CONTROL_PICTURES + code);
    return code === 0x7f ? '\u2421' : `\\u{${code.toString(16)}}`;
  });
}
