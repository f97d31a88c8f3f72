import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { superviseConversations } from '../../../src/data/index.js';
import { IGNORED_LABEL } from '../../../src/engine/index.js';
import { loadTokenizer } from '../../../src/tokenizer/index.js';
import { conversationsDirectory, fastChatGoldens, readShareGpt } from '../../support/conversations.js';
import { llamaTokenizerPath } from '../../support/tokenizers.js';

interface Golden {
  readonly max_length: number;
  readonly samples: { id: string; ids: number[]; loss_spans: [number, number][] }[];
}

/** Labels as FastChat's spans `[start, end)`. */
function spansOf(labels: Int32Array): [number, number][] {
  const spans: [number, number][] = [];
  for (const [index, label] of labels.entries()) {
    if (label === IGNORED_LABEL) continue;
    const last = spans.at(-1);
    if (last?.[1] === index) last[1]++;
    else spans.push([index, index + 1]);
  }
  return spans;
}

describe.skipIf(!llamaTokenizerPath || !fastChatGoldens || !conversationsDirectory)("FastChat's ids and masks", () => {
  it.each([
    ['dummy_conversation.json', 'mask__dummy_conversation.json'],
    ['vicuna-sample-230629.json', 'mask__vicuna-sample.json'],
  ])('are ours on every sample of %s that it does not give up on', async (conversations, golden) => {
    const tokenizer = await loadTokenizer(llamaTokenizerPath!);
    const { samples, max_length } = JSON.parse(readFileSync(join(fastChatGoldens!, golden), 'utf8')) as Golden;
    const source = readShareGpt(join(conversationsDirectory!, conversations));
    const run = superviseConversations(source, { maxTokens: max_length }, { tokenizer });
    let compared = 0;
    for await (const { id, tokens, labels, supervisedTokens } of run) {
      const expected = samples.find((sample) => sample.id === id)!;
      if (expected.loss_spans.length === 0) continue;
      expect({ id, ids: tokens.join(), spans: spansOf(labels) }).toEqual({
        id,
        ids: expected.ids.join(),
        spans: expected.loss_spans,
      });
      expect(labels.filter((label) => label !== IGNORED_LABEL)).toHaveLength(supervisedTokens);
      compared++;
    }
    expect(compared).toBe(samples.filter((sample) => sample.loss_spans.length > 0).length);
    expect(compared).toBeGreaterThan(10);
  });
});
