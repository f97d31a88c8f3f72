import type { Conversation, Turn } from './conversation.js';

const titleCharacters = 60;

/** The turns that are shown, first to last. */
export function pathOf({ turns, leaf }: Conversation): Turn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const path: Turn[] = [];
  for (let turn = leaf === undefined ? undefined : byId.get(leaf); turn !== undefined; ) {
    path.unshift(turn);
    turn = turn.parent === undefined ? undefined : byId.get(turn.parent);
  }
  return path;
}

/** The turns among which a reader can choose at this place, itself among them. */
export function siblingsOf({ turns }: Conversation, { parent }: Turn): Turn[] {
  return turns.filter((turn) => turn.parent === parent);
}

/** Where a branch was last gone on with. */
export function latestLeaf({ turns }: Conversation, id: string): string {
  const child = turns.findLast(({ parent }) => parent === id);
  return child === undefined ? id : latestLeaf({ turns } as Conversation, child.id);
}

export function addTurn(conversation: Conversation, turn: Turn): void {
  conversation.turns.push(turn);
  conversation.leaf = turn.id;
  conversation.updatedAt = Date.now();
}

/** The beginning of the first question. */
export function titleOf({ turns }: Conversation): string {
  const first = turns[0];
  const text = first?.kind === 'question' ? first.text.trim().replace(/\s+/g, ' ') : '';
  const characters = [...text];
  return characters.length > titleCharacters ? `${characters.slice(0, titleCharacters - 1).join('')}…` : text;
}
