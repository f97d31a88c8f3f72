import { isPageId, type PageId } from './pages.js';
import type { Language } from './records.js';

/** What a saved page may hold besides the reply itself; a counter such as `2 / 3` tells which of several replies it is. */
export type Noise = `${number} / ${number}` | 'copy-chars' | 'empty-code-block' | 'empty-paragraph' | 'empty-reply';

/** One turn as it was written: a person's plain text, or the markdown of a reply and the noise around it. */
export interface SourceTurn {
  readonly from: 'human' | 'gpt';
  readonly text: string;
  readonly noise: readonly Noise[];
}

/** One conversation as it was written. */
export interface SourceConversation {
  readonly id: string;
  readonly language: Language;
  readonly page: PageId;
  readonly turns: readonly SourceTurn[];
}

interface Draft {
  readonly from: SourceTurn['from'];
  readonly lines: string[];
  readonly noise: Noise[];
}

/**
 * Reads conversations written as markdown.
 *
 * `# id · page` begins a conversation, `## text` is what a person says (adjacent lines are one turn), everything below it
 * is the reply, and a comment such as `<!-- copy-chars -->` puts noise into the reply where it stands.
 *
 * @param file - named in errors.
 */
export function parseConversations(markdown: string, language: Language, file: string): SourceConversation[] {
  const conversations: { readonly id: string; readonly page: PageId; readonly drafts: Draft[] }[] = [];
  let fenced = false;
  let previous = '';
  for (const [index, line] of markdown.split('\n').entries()) {
    const place = `${file}:${index + 1}`;
    const heading = fenced ? null : /^# (\S+) · (\S+)$/.exec(line);
    const drafts = conversations.at(-1)?.drafts;
    if (heading?.[1] !== undefined && heading[2] !== undefined) {
      if (!isPageId(heading[2])) throw new Error(`${place}: no page of the name ${heading[2]}`);
      conversations.push({ id: heading[1], page: heading[2], drafts: [] });
    } else if (drafts === undefined) {
      if (line.trim() !== '') throw new Error(`${place}: expected '# id · page' before any text`);
    } else if (!fenced && line.startsWith('## ')) {
      const text = line.slice(3);
      if (previous.startsWith('## ')) drafts.at(-1)?.lines.push(text);
      else drafts.push({ from: 'human', lines: [text], noise: [] });
    } else if (line.trim() !== '' || drafts.at(-1)?.from === 'gpt') {
      if (drafts.at(-1)?.from !== 'gpt') drafts.push({ from: 'gpt', lines: [], noise: [] });
      const comment = fenced ? null : /^<!-- (.+) -->$/.exec(line);
      if (comment?.[1] !== undefined) drafts.at(-1)?.noise.push(parseNoise(comment[1], place));
      else drafts.at(-1)?.lines.push(line);
    }
    if (/^\s*```/.test(line)) fenced = !fenced;
    previous = line;
  }
  return conversations.map(({ id, page, drafts }) => ({
    id,
    language,
    page,
    turns: drafts.map(({ from, lines, noise }) => ({ from, text: lines.join('\n').trim(), noise })),
  }));
}

function parseNoise(text: string, place: string): Noise {
  if (/^(\d+ \/ \d+|copy-chars|empty-code-block|empty-paragraph|empty-reply)$/.test(text)) return text as Noise;
  throw new Error(`${place}: no noise of the name ${text}`);
}
