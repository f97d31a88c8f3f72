import type { BrowserIndex, Chunk, QuestionDetail } from '../browser/payload.js';

/** Unpacks the page's blocks of data when they are wanted, each once. */
export class Blocks {
  readonly index: BrowserIndex;
  readonly #chunks = new Map<number, Promise<Chunk>>();

  private constructor(index: BrowserIndex) {
    this.index = index;
  }

  static async open(): Promise<Blocks> {
    return new Blocks((await unpacked('index')) as BrowserIndex);
  }

  async question(place: number): Promise<QuestionDetail> {
    const { first, questions } = await this.chunk(this.index.questions[place]!.chunk);
    return questions[place - first]!;
  }

  chunk(number: number): Promise<Chunk> {
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      chunk = unpacked(`chunk-${number}`) as Promise<Chunk>;
      this.#chunks.set(number, chunk);
    }
    return chunk;
  }
}

async function unpacked(name: string): Promise<unknown> {
  const block = document.querySelector(`script[data-block="${name}"]`);
  const packed = Uint8Array.from(atob(block?.textContent ?? ''), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return await new Response(stream).json();
}
