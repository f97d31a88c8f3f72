/** What the tests say of a message of ChatGPT's export; the rest has the export's usual values. */
export interface MessageSketch {
  readonly role?: string;
  readonly text?: string;
  readonly content?: unknown;
  readonly time?: number;
  readonly [field: string]: unknown;
}

export function exportMessage({ role = 'user', text = '', content, time, ...fields }: MessageSketch) {
  return {
    author: { role, name: null, metadata: {} },
    create_time: time ?? null,
    content: content ?? { content_type: 'text', parts: [text] },
    status: 'finished_successfully',
    weight: 1,
    metadata: {},
    recipient: 'all',
    ...fields,
  };
}

/** A conversation of the export whose nodes are given as `id: [parent, message]`. */
export function exportTree(
  nodes: Readonly<Record<string, readonly [parent: string | null, message?: MessageSketch]>>,
  fields: Readonly<Record<string, unknown>> = {},
) {
  const mapping = Object.fromEntries(
    Object.entries(nodes).map(([id, [parent, message]]) => {
      const children = Object.keys(nodes).filter((child) => nodes[child]?.[0] === id);
      return [id, { id, parent, children, message: message === undefined ? null : exportMessage(message) }];
    }),
  );
  return { title: 'A title', conversation_id: 'c1', mapping, current_node: Object.keys(nodes).at(-1), ...fields };
}

/** A conversation of the export without branches. */
export function exportChain(...messages: readonly MessageSketch[]) {
  const nodes = messages.map((message, index) => [`n${index + 1}`, [index === 0 ? 'root' : `n${index}`, message]]);
  return exportTree({ root: [null], ...Object.fromEntries(nodes) });
}
