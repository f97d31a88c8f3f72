import type { Conversation } from '../../conversation/index.js';
import type { loadLanguageDetector } from '../../data/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import { FrequentTexts } from '../tally/frequent-texts.js';
import { Histogram } from '../tally/histogram.js';
import { LanguageTally } from '../tally/languages.js';
import { clipped } from './left-out.js';

const questionCharacters = 160;
const openingWords = /^(?:\S+\s+){0,4}\S+/;
const openingCharacters = 60;

/** What the conversations are like, before they are cut for training. */
export class TextTally {
  readonly turns = new Histogram();
  readonly questions = new Histogram();
  readonly replies = new Histogram();
  readonly conversations = new Histogram();
  readonly languages = new LanguageTally();
  readonly frequentQuestions = new FrequentTexts();
  readonly frequentOpenings = new FrequentTexts();
  readonly #tokenizer: Tokenizer;
  readonly #detector: Awaited<ReturnType<typeof loadLanguageDetector>>;

  constructor(tokenizer: Tokenizer, detector: Awaited<ReturnType<typeof loadLanguageDetector>>) {
    this.#tokenizer = tokenizer;
    this.#detector = detector;
  }

  async add(conversations: readonly Conversation[]): Promise<void> {
    const messages = conversations.flatMap((conversation) => conversation.messages);
    // Marked, with no controls: a special token's letters in a message are ordinary text, as they are in training.
    const texts = messages.map(({ content }) => ({ text: content, controls: [] }));
    const encodings = await this.#tokenizer.encodeBatch(texts, { addSpecialTokens: false });
    let next = 0;
    for (const conversation of conversations) {
      let tokens = 0;
      for (const { role, content } of conversation.messages) {
        const { length } = encodings[next++]!;
        tokens += length;
        if (role === 'user') this.questions.add(length);
        if (role !== 'assistant') continue;
        this.replies.add(length);
        const [opening] = openingWords.exec(content.slice(0, 10 * openingCharacters).trimStart()) ?? [];
        if (opening !== undefined) this.frequentOpenings.add(oneLine(opening, openingCharacters));
      }
      this.turns.add(conversation.messages.length);
      this.conversations.add(tokens);
      this.languages.add(this.#detector.detect(conversation), tokens);
      const question = conversation.messages.find(({ role }) => role === 'user')?.content.trim();
      if (question) this.frequentQuestions.add(oneLine(question, questionCharacters));
    }
  }
}

const oneLine = (text: string, characters: number): string =>
  clipped(text.slice(0, 10 * characters).replace(/\s+/g, ' '), characters);
