/** Tokens of a text, which may be shown later than they are drawn, and in other pieces. */
export class TextTokens<Token> {
  #waiting: { readonly token: Token; readonly start: number }[] = [];
  #made = 0;
  #shown = 0;

  /** @param length - of the text it completed, which begins where that of the tokens before it ended. */
  add(token: Token, length: number): void {
    this.#waiting.push({ token, start: this.#made });
    this.#made += length;
  }

  /**
   * @param length - of the text that is shown next.
   * @returns the tokens whose text begins there; a token that makes only a part of a character goes with the character.
   */
  show(length: number): Token[] {
    this.#shown += length;
    const later = this.#waiting.findIndex(({ start }) => start >= this.#shown);
    return this.#waiting.splice(0, later === -1 ? this.#waiting.length : later).map(({ token }) => token);
  }

  /** Those left when everything has been shown: they made no text. */
  rest(): Token[] {
    return this.#waiting.splice(0).map(({ token }) => token);
  }
}
