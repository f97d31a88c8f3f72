import {
  type Conversation,
  isChatTemplate,
  type PromptTemplate,
  renderConversation,
} from '../../conversation/index.js';
import type { MarkedText, Tokenizer } from '../../tokenizer/index.js';

/**
 * Counts tokens of segments as they will be trained on.
 *
 * Counts of parts do not add up in general: tokens may form across a cut. They do where a special token stands at the
 * cut, as Vicuna's `</s>` does after each reply. Then a round is tokenised once, behind that token,
 * and the count of a segment is the count of its first round with the system message plus those of the rounds after it.
 */
export class SegmentMeasure {
  readonly #template: PromptTemplate;
  readonly #tokenizer: Tokenizer;
  /** The special token at the end of every reply, where there is one. */
  readonly #cutToken: string | undefined;

  constructor(template: PromptTemplate, tokenizer: Tokenizer) {
    this.#template = template;
    this.#tokenizer = tokenizer;
    // What a chat template writes may depend on where a round stands, so its counts never add up for certain.
    this.#cutToken = isChatTemplate(template)
      ? undefined
      : template.controlTokens.find((token) => template.assistant.end.endsWith(token));
  }

  /** Whether counts add up to the very count of a segment of this conversation; where not, they only come close. */
  addsUp({ unfinished }: Conversation): boolean {
    // What follows a finished reply is counted with the first round of a segment; an unfinished one has nothing there.
    if (isChatTemplate(this.#template) || this.#cutToken === undefined) return false;
    return !(unfinished && this.#template.assistant.suffix !== '');
  }

  /** The tokens of a segment, the begin token included. */
  async tokens(segment: Conversation): Promise<number> {
    return (await this.#tokenizer.encode(renderConversation(segment, this.#template))).length;
  }

  /** The tokens each round of a conversation has where it follows another. The first round's count is not used. */
  async tokensWhereFollowing(conversation: Conversation): Promise<number[]> {
    const rendered = renderConversation(conversation, this.#template);
    const overlap = this.#cutToken?.length ?? 0;
    const rounds = rendered.spans.slice(1).map(({ end }, previous) => {
      const cut = rendered.spans[previous]!.end;
      return slice(rendered, cut - overlap, end);
    });
    const encodings = await this.#tokenizer.encodeBatch(rounds, { addSpecialTokens: false });
    return [0, ...encodings.map(({ length }) => (overlap > 0 ? length - 1 : length))];
  }
}

function slice({ text, controls }: MarkedText, start: number, end: number): MarkedText {
  const inside = controls.filter((at) => at >= start && at < end);
  return { text: text.slice(start, end), controls: inside.map((at) => at - start) };
}
