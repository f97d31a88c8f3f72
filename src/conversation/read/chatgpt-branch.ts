import type { RawTurn } from '../raw.js';
import { type ShownMessage, shownMessage } from './chatgpt-message.js';
import type { MessageNode, MessageTree } from './chatgpt-tree.js';
import { joinPieces } from './message-text.js';

/** One way through the tree, as the page shows it. */
export interface Branch {
  readonly leaf: string;
  /** What one speaker sent in a row is one turn. */
  readonly turns: readonly (RawTurn & Pick<ShownMessage, 'from'>)[];
  /** Pictures and files on the way. */
  readonly attachments: number;
}

/**
 * The branches that end in the given leaves, without those that show nothing, and without those that show the same as one
 * before (leaves that differ only in hidden messages).
 */
export function* branchesOf(tree: MessageTree, leaves: Iterable<string>): Generator<Branch> {
  const shown = new Map<string, ShownMessage | undefined>();
  const read = (node: MessageNode): ShownMessage | undefined => {
    if (!shown.has(node.id)) shown.set(node.id, shownMessage(node.message));
    return shown.get(node.id);
  };
  const ends = new Set<string>();
  for (const leaf of leaves) {
    const nodes = tree.pathTo(leaf).filter((node) => read(node) !== undefined);
    // A node has one way back to its root: the same last node means the same messages.
    const end = nodes.at(-1)?.id;
    if (end === undefined || ends.has(end)) continue;
    ends.add(end);
    const messages = nodes.flatMap((node) => read(node) ?? []);
    const attachments = messages.reduce((sum, message) => sum + message.attachments, 0);
    yield { leaf, turns: inTurns(messages), attachments };
  }
}

function inTurns(messages: readonly ShownMessage[]): Branch['turns'] {
  const turns: { from: ShownMessage['from']; values: string[] }[] = [];
  for (const { from, value } of messages) {
    const last = turns.at(-1);
    if (last?.from === from) last.values.push(value);
    else turns.push({ from, values: [value] });
  }
  return turns.map(({ from, values }) => ({ from, value: joinPieces(values) }));
}
