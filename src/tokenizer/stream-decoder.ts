import { VicunaError } from '../core/index.js';
import type { DecoderPlan } from './decoder-plan.js';
import type { StreamDecoder, StreamDecoderOptions } from './types.js';

/** What a stream decoder has to know of a vocabulary. */
export interface DecodableVocabulary {
  readonly vocabularySize: number;
  idToToken(id: number): string | undefined;
  isSpecial(id: number): boolean;
}

/** Lays the bytes of tokens end to end and reads them as UTF-8, holding back what is not yet a whole character. @internal */
export class ByteStreamDecoder implements StreamDecoder {
  readonly #vocabulary: DecodableVocabulary;
  readonly #plan: DecoderPlan;
  readonly #skipSpecialTokens: boolean;
  readonly #continuation: boolean;
  // A byte order mark is text here: a tokenizer that encoded it must get it back.
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  #isFirst!: boolean;
  #spacesToDrop!: number;

  constructor(vocabulary: DecodableVocabulary, plan: DecoderPlan, options: StreamDecoderOptions = {}) {
    this.#vocabulary = vocabulary;
    this.#plan = plan;
    this.#skipSpecialTokens = options.skipSpecialTokens ?? true;
    this.#continuation = options.continuation ?? false;
    this.#reset();
  }

  push(ids: number | Iterable<number>): string {
    let text = '';
    for (const id of typeof ids === 'number' ? [ids] : ids) text += this.#pushOne(id);
    return this.#dropSpaces(text);
  }

  end(): string {
    const text = this.#dropSpaces(this.#utf8.decode());
    this.#reset();
    return text;
  }

  #pushOne(id: number): string {
    if (!(Number.isInteger(id) && id >= 0 && id < this.#vocabulary.vocabularySize))
      throw new VicunaError(
        'data-malformed',
        `Token id ${id} is outside the vocabulary of ${this.#vocabulary.vocabularySize}; decode with the tokenizer that made the ids.`,
      );
    if (this.#skipSpecialTokens && this.#vocabulary.isSpecial(id)) return '';
    const token = this.#vocabulary.idToToken(id);
    // A vocabulary may have gaps.
    if (token === undefined) return '';
    const bytes = this.#plan.bytes(token, this.#isFirst);
    this.#isFirst = false;
    return this.#utf8.decode(bytes, { stream: true });
  }

  #dropSpaces(text: string): string {
    if (this.#spacesToDrop === 0 || text === '') return text;
    let dropped = 0;
    while (dropped < this.#spacesToDrop && text[dropped] === ' ') dropped++;
    this.#spacesToDrop = dropped === text.length ? this.#spacesToDrop - dropped : 0;
    return text.slice(dropped);
  }

  #reset(): void {
    this.#isFirst = !this.#continuation;
    this.#spacesToDrop = this.#continuation ? 0 : this.#plan.leadingSpaces;
  }
}
