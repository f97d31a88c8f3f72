import { hashOf } from '../../io/index.js';

/** Characters of a key: 64 bits. */
const keyLength = 16;

/**
 * Puts texts between lines that none of them can imitate: the lines carry a key made of all texts together, so nobody who
 * writes one of them can know it, and the same texts get the same key. Should a text contain its own key all the same, the
 * next one is taken.
 */
export class Fence {
  readonly key: string;

  /** @param texts - all that the prompt will hold of what others wrote. */
  constructor(texts: readonly string[]) {
    const content = JSON.stringify(texts);
    for (let attempt = 0; ; attempt++) {
      const key = hashOf(`fence ${attempt} ${content}`).slice(0, keyLength);
      if (texts.some((text) => text.includes(key))) continue;
      this.key = key;
      return;
    }
  }

  around(name: string, text: string): string {
    return `<<<${name} ${this.key}>>>\n${text}\n<<<end ${name} ${this.key}>>>`;
  }

  /** One fence a turn, where there are several. */
  turns(name: string, texts: readonly string[]): string {
    if (texts.length === 1) return this.around(name, texts[0]!);
    return texts.map((text, index) => this.around(`${name}, turn ${index + 1}`, text)).join('\n');
  }
}
