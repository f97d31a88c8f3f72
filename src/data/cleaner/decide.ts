import type { Conversation, Message, RawConversation, RawTurn } from '../../conversation/index.js';
import type { WordFinder } from './blocked-words.js';
import type { CleanResult, RejectReason } from './report.js';
import { promptText, replyText, shownText } from './turn-text.js';

/** What decides about a conversation's turns. */
export interface TurnRules {
  readonly findBlockedWord: WordFinder;
  readonly blockedReplies: readonly string[];
  readonly minimumCharacters: number;
}

/**
 * Makes a conversation of a raw one, or says why not. The rules, their order and their thresholds are FastChat's
 * (`clean_html_one_sample`), so that the same conversations are kept:
 *
 * 1. with fewer than two turns, before and after the next step: too short;
 * 2. a first turn that is not the user's and a last one that is are cut off;
 * 3. turn by turn: speakers that do not take turns: wrong format; a blocked word in the raw text, or a blocked reply:
 *    blocked words; a marked section that no HTML parser knows: unparsable. A turn that shows nothing, or begins with a
 *    character that cannot be printed, ends the conversation there, and what comes later is not looked at;
 * 4. a last question without a reply is cut off; with no turns, or too few characters, left: too short.
 *
 * A system message in front is kept: it is no turn, so it changes no decision.
 */
export function decide(raw: RawConversation, rules: TurnRules): CleanResult {
  const reject = (reason: RejectReason, detail: string): CleanResult => ({
    kept: false,
    reject: { id: raw.id, reason, detail, location: raw.location },
  });
  const speakers = speakersOf(raw.turns);
  const turns = trimEnds(raw.turns, speakers);
  if (turns.length < 2) return reject('too-short', `it has ${describeTurns(turns.length)} of an exchange`);

  const messages: Message[] = [];
  let characters = 0;
  for (const [index, { from, value }] of turns.entries()) {
    const role = index % 2 === 0 ? 'user' : 'assistant';
    if (from !== speakers[role])
      return reject('wrong-format', `turn ${index} is by ${JSON.stringify(from)}, not by "${speakers[role]}"`);
    const word = rules.findBlockedWord(value);
    if (word !== undefined) return reject('blocked-words', `turn ${index} has ${JSON.stringify(word)}`);
    if (raw.format !== 'markdown' && value.includes('<![') && unknownMarkedSection.test(value))
      return reject('unparsable-html', `turn ${index} has a "<![" that opens nothing an HTML parser knows`);
    const content = role === 'assistant' ? replyText(value, raw.format) : promptText(value, raw.format);
    const start =
      role === 'assistant' ? rules.blockedReplies.find((blocked) => content.startsWith(blocked)) : undefined;
    if (start !== undefined) return reject('blocked-words', `turn ${index} begins with ${JSON.stringify(start)}`);
    const shown = role === 'user' && raw.format !== 'markdown' ? shownText(content) : content;
    if (shown === '' || unprintable.test(shown)) break;
    if (characters < rules.minimumCharacters) characters += countCharacters(shown);
    messages.push({ role, content });
  }
  if (messages.length % 2 === 1) messages.pop();
  if (messages.length === 0) return reject('too-short', 'its first question or reply is empty');
  if (characters < rules.minimumCharacters)
    return reject('too-short', `it has ${characters} characters, fewer than ${rules.minimumCharacters}`);
  return { kept: true, conversation: conversationOf(raw, messages, rules) };
}

interface Speakers {
  readonly user: string;
  readonly assistant: string;
}

const openaiWords = new Set(['user', 'assistant', 'system', 'developer']);

/** ShareGPT's words for the speakers, or OpenAI's where a record uses no others. */
function speakersOf(turns: readonly RawTurn[]): Speakers {
  const isOpenAI = turns.length > 0 && turns.every(({ from }) => openaiWords.has(from));
  return isOpenAI ? { user: 'user', assistant: 'assistant' } : { user: 'human', assistant: 'gpt' };
}

function trimEnds(turns: readonly RawTurn[], speakers: Speakers): readonly RawTurn[] {
  if (turns.length < 2) return turns;
  const started = turns[0]?.from === speakers.user ? turns : turns.slice(1);
  return started.length >= 2 && started.at(-1)?.from === speakers.user ? started.slice(0, -1) : started;
}

/** Python's HTML parser, which FastChat uses, gives up on these. */
const unknownMarkedSection =
  /<!\[(?![A-Za-z][-_.A-Za-z\d]*\s*$)(?!(?:temp|cdata|ignore|include|rcdata|if|else|endif)(?![-_.A-Za-z\d]))/i;

/** Python's `not str.isprintable()`: control, format, unassigned characters and all separators. */
const unprintable = /^[\p{C}\p{Z}]/u;

/** Unicode code points, as Python counts. */
function countCharacters(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // The second half of a pair is no character of its own.
    if (unit < 0xdc00 || unit > 0xdfff || index === 0 || (text.charCodeAt(index - 1) & 0xfc00) !== 0xd800) count++;
  }
  return count;
}

function conversationOf(
  { id, turns, metadata }: RawConversation,
  messages: readonly Message[],
  { findBlockedWord }: TurnRules,
): Conversation {
  const first = turns[0];
  const isSystem = first?.from === 'system' || first?.from === 'developer';
  // One that has a blocked word goes alone: it costs the conversation nothing else.
  const instructs = isSystem && first.value.trim() !== '' && findBlockedWord(first.value) === undefined;
  const system: Message[] = instructs ? [{ role: 'system', content: first.value.trim() }] : [];
  return { id, messages: [...system, ...messages], ...(metadata !== undefined && { metadata }) };
}

const describeTurns = (count: number): string => (count === 1 ? 'one turn' : `${count === 0 ? 'no' : count} turns`);
