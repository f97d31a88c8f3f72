// A log is untrusted: an escape sequence in it could retitle the terminal, hide text or type commands, and an invisible
// or direction-changing character could hide what is really learned. Joiners stay, since emoji and several scripts need
// them.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const CONTROL_PICTURES = 0x2400;

/** A text with every character that would not show made visible: `␛`, `␍`, `\u{202e}`. Line ends stay. */
export function visibleText(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.codePointAt(0)!;
    if (character === '\n' || code === 0x200c || code === 0x200d) return character;
    if (code < 0x20) return String.fromCharCode(CONTROL_PICTURES + code);
    return code === 0x7f ? '\u2421' : `\\u{${code.toString(16)}}`;
  });
}
