/** What may be shown of a text, and whether a stop string has ended it. */
export interface StopResult {
  readonly text: string;
  readonly stopped: boolean;
}

/**
 * Cuts a text that comes in pieces at the first stop string. What may be the beginning of one is held back until it is
 * sure, so no part of a stop string is ever shown.
 *
 * The stop string that is complete first wins; of those complete at the same place, the longest. So it makes no difference
 * how the text was cut into pieces.
 */
export class StopStrings {
  readonly #strings: readonly string[];
  #held = '';

  constructor(strings: readonly string[]) {
    this.#strings = strings;
  }

  push(piece: string): StopResult {
    const text = this.#held + piece;
    const start = this.#findStop(text);
    if (start !== undefined) {
      this.#held = '';
      return { text: text.slice(0, start), stopped: true };
    }
    const held = this.#partialStop(text);
    this.#held = text.slice(text.length - held);
    return { text: text.slice(0, text.length - held), stopped: false };
  }

  /** @returns what was held back, when nothing follows that could complete it. */
  end(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }

  #findStop(text: string): number | undefined {
    let found: { readonly start: number; readonly end: number } | undefined;
    for (const string of this.#strings) {
      const start = text.indexOf(string);
      if (start === -1) continue;
      const end = start + string.length;
      if (found === undefined || end < found.end || (end === found.end && start < found.start)) found = { start, end };
    }
    return found?.start;
  }

  /** Length of the longest end of the text that a stop string begins with. */
  #partialStop(text: string): number {
    let longest = 0;
    for (const string of this.#strings)
      for (let length = Math.min(string.length - 1, text.length); length > longest; length--)
        if (text.endsWith(string.slice(0, length))) longest = length;
    return longest;
  }
}
