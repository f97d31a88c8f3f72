import { type Fields, isFields } from './shape.js';

/** One node of a conversation's tree: every edit of a question and every new try at a reply is a branch. */
export interface MessageNode {
  readonly id: string;
  readonly parent: string | undefined;
  readonly message: unknown;
}

/**
 * The tree of a conversation in ChatGPT's export. Only `parent` is believed: it alone decides a path, and the `children`
 * beside it may not agree. Parents that are missing end a path, and so do cycles.
 */
export class MessageTree {
  readonly #nodes: ReadonlyMap<string, MessageNode>;

  constructor(mapping: Fields) {
    this.#nodes = new Map(
      Object.entries(mapping).flatMap(([id, node]) => {
        if (!isFields(node)) return [];
        const parent = typeof node.parent === 'string' ? node.parent : undefined;
        return [[id, { id, parent, message: node.message }]];
      }),
    );
  }

  /** Nodes that are nobody's parent, in the order of the file; the newest node alone where all stand in cycles. */
  leaves(): readonly string[] {
    const parents = new Set([...this.#nodes.values()].map(({ parent }) => parent));
    const leaves = [...this.#nodes.keys()].filter((id) => !parents.has(id));
    return leaves.length > 0 ? leaves : [...this.#nodes.keys()].sort(this.#byAge).slice(-1);
  }

  /** The leaf to show: `current` where there is such a node, the newest leaf where not. */
  currentLeaf(current: unknown): string | undefined {
    if (typeof current === 'string' && this.#nodes.has(current)) return current;
    return [...this.leaves()].sort(this.#byAge).at(-1);
  }

  /** The nodes from the root to a node. */
  pathTo(id: string): readonly MessageNode[] {
    const path: MessageNode[] = [];
    const seen = new Set<string>();
    for (let node = this.#nodes.get(id); node !== undefined && !seen.has(node.id); ) {
      seen.add(node.id);
      path.push(node);
      node = node.parent === undefined ? undefined : this.#nodes.get(node.parent);
    }
    return path.reverse();
  }

  readonly #byAge = (one: string, other: string): number => this.#time(one) - this.#time(other);

  #time(id: string): number {
    const message = this.#nodes.get(id)?.message;
    const time = isFields(message) ? message.create_time : undefined;
    return typeof time === 'number' ? time : Number.MIN_SAFE_INTEGER;
  }
}
