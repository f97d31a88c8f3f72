import { type Conversation, type PromptTemplate, renderConversation } from '../../conversation/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';

/** A segment and how many tokens it has. */
export interface CountedSegment {
  readonly segment: Conversation;
  readonly tokens: number;
}

/** What a reply is fitted with: `withReply` puts a reply (or the part of one) behind its question. */
export interface ReplyFitting {
  readonly maxTokens: number;
  readonly template: PromptTemplate;
  readonly tokenizer: Tokenizer;
  readonly withReply: (content: string, unfinished: boolean) => Conversation;
}

// A reply is tokenised no further than could ever fit, so that a huge one costs no more than its parts. Texts have about
// 4 characters a token; only oddities such as long rules of dashes come near this.
const CHARACTERS_A_TOKEN = 32;

// Every part repeats the question. One that fills a segment but for a few tokens would come back hundreds of times.
const MOST_OF_A_PART = 7 / 8;

/** The longest beginning of a reply that fits behind its question; `undefined` where not even a character does. */
export async function fitBeginning(reply: string, fitting: ReplyFitting): Promise<CountedSegment | undefined> {
  const { maxTokens, template, tokenizer, withReply } = fitting;
  let content = wholeCharacters(reply, maxTokens * CHARACTERS_A_TOKEN);
  // One pass cuts at the first token too many. The beginning alone may be tokenised otherwise than before the cut, so
  // it is counted again, and cut further in the rare case.
  for (let allowed = maxTokens; content !== ''; allowed--) {
    const segment = withReply(content, true);
    const rendered = renderConversation(segment, template);
    const encoding = await tokenizer.encode(rendered);
    if (encoding.length <= maxTokens) return { segment, tokens: encoding.length };
    if (allowed <= 0) return undefined;
    const cut = encoding.offsets[2 * Math.min(allowed, encoding.length - 1)]!;
    const length = Math.min(cut - rendered.spans.at(-1)!.contentStart, content.length - 1);
    content = length > 0 ? wholeCharacters(content, length) : '';
  }
  return undefined;
}

/** All of a reply, in as many segments as it takes; `undefined` where the question leaves too little room in each. */
export async function fitInParts(reply: string, fitting: ReplyFitting): Promise<CountedSegment[] | undefined> {
  if ((await countTokens(fitting.withReply('', true), fitting)) > fitting.maxTokens * MOST_OF_A_PART) return undefined;
  const parts: CountedSegment[] = [];
  for (let rest = reply; ; ) {
    const whole = await fitWhole(rest, fitting);
    if (whole !== undefined) return [...parts, whole];
    const part = await fitBeginning(rest, fitting);
    if (part === undefined) return undefined;
    parts.push(part);
    rest = rest.slice(part.segment.messages.at(-1)!.content.length);
    if (rest === '') return parts;
  }
}

async function fitWhole(reply: string, fitting: ReplyFitting): Promise<CountedSegment | undefined> {
  if (reply.length > fitting.maxTokens * CHARACTERS_A_TOKEN) return undefined;
  const segment = fitting.withReply(reply, false);
  const tokens = await countTokens(segment, fitting);
  return tokens <= fitting.maxTokens ? { segment, tokens } : undefined;
}

async function countTokens(segment: Conversation, { template, tokenizer }: ReplyFitting): Promise<number> {
  return (await tokenizer.encode(renderConversation(segment, template))).length;
}

/** The first `length` units of a text, or one less where a surrogate pair would be cut. */
function wholeCharacters(text: string, length: number): string {
  const cutsPair = /[\ud800-\udbff]/.test(text.charAt(length - 1)) && /[\udc00-\udfff]/.test(text.charAt(length));
  return text.slice(0, cutsPair ? length - 1 : length);
}
