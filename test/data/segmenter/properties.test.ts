import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Conversation,
  type PromptTemplate,
  renderConversation,
  vicunaV0,
  vicunaV1_1,
} from '../../../src/conversation/index.js';
import { ConversationSegmenter, type SegmenterConfig, type SegmentReport } from '../../../src/data/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';
import { type Tokenizer, trainTokenizer } from '../../../src/tokenizer/index.js';
import { anyText } from '../../support/arbitraries.js';
import { conversationOf, roundsOf } from '../../support/conversations.js';
import { anyLlama, tinyLlama } from '../../support/tokenizers.js';

const longish = fc.tuple(anyText, fc.nat(6)).map(([text, times]) => text.repeat(times));
const conversation = conversationOf({ rounds: 8, text: fc.oneof(anyText, longish) });
const brief = (template: PromptTemplate): PromptTemplate => ({ ...template, systemMessage: 'Be good.' });
// ChatML-like: something follows the end token, and belongs to no round.
const withTail = { ...brief(vicunaV1_1), assistant: { ...vicunaV1_1.assistant, suffix: '\n\n' } };
const templates = fc.constantFrom(brief(vicunaV1_1), brief(vicunaV0), withTail);
const maxTokens = fc.integer({ min: 30, max: 400 });

let tokenizers: Tokenizer[];
beforeAll(async () => {
  const first = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
  tokenizers = [
    byteTokenizer(),
    await anyLlama(),
    await tinyLlama({ normalizer: null, pre_tokenizer: first }),
    await trainTokenizer(['\n### Human: so\n### Assistant: so'.repeat(3)], { vocabularySize: 300 }).result,
  ];
});

async function segment(config: SegmenterConfig, tokenizer: Tokenizer, source: readonly Conversation[]) {
  const segmenter = await ConversationSegmenter.create(config, { tokenizer });
  const run = segmenter.segment(source);
  const segments: Conversation[] = [];
  for await (const item of run) segments.push(item);
  return { segments, report: await run.result };
}

const count = async (item: Conversation, template: PromptTemplate, tokenizer: Tokenizer) =>
  (await tokenizer.encode(renderConversation(item, template))).length;

/** Runs a check over any conversation, template, limit and policy, with every tokenizer. */
function always(
  policies: readonly NonNullable<SegmenterConfig['longRound']>[],
  check: (found: {
    input: Conversation;
    segments: Conversation[];
    report: SegmentReport;
    config: SegmenterConfig & { template: PromptTemplate; maxTokens: number };
    tokenizer: Tokenizer;
  }) => Promise<void>,
) {
  const property = fc.asyncProperty(
    conversation,
    templates,
    maxTokens,
    fc.constantFrom(...policies),
    fc.nat(3),
    async (input, template, limit, longRound, which) => {
      const config = { template, maxTokens: limit, longRound };
      const tokenizer = tokenizers[which]!;
      await check({ input, ...(await segment(config, tokenizer, [input])), config, tokenizer });
    },
  );
  return fc.assert(property, { numRuns: 150 });
}

describe('segments', () => {
  it('never have more tokens than allowed, and as many as the report says', () =>
    always(['truncate-reply', 'split', 'drop'], async ({ segments, report, config, tokenizer }) => {
      let tokens = 0;
      for (const item of segments) {
        const own = await count(item, config.template, tokenizer);
        expect(own).toBeLessThanOrEqual(config.maxTokens);
        tokens += own;
      }
      expect(report).toMatchObject({ segments: segments.length, tokens });
    }));

  it('hold every round, whole and in order, but for those that the report counts', () =>
    always(['truncate-reply', 'drop'], async ({ input, segments, report }) => {
      const asked = roundsOf(input);
      let next = 0;
      let truncated = 0;
      for (const item of segments) {
        const rounds = roundsOf(item);
        for (const [index, [question, reply]] of rounds.entries()) {
          const cut = item.unfinished === true && index === rounds.length - 1;
          if (cut) truncated++;
          while (next < asked.length && !matches(asked[next]!, question, reply, cut)) next++;
          expect(next).toBeLessThan(asked.length);
          next++;
        }
      }
      const kept = segments.reduce((sum, item) => sum + roundsOf(item).length, 0);
      expect(report).toMatchObject({
        rounds: asked.length,
        truncatedReplies: truncated,
        droppedRounds: asked.length - kept,
      });
    }));

  it('hold every word of a split reply', () =>
    always(['split'], async ({ input, segments, report }) => {
      const asked = roundsOf(input);
      const found: [string, string][] = [];
      for (const item of segments) {
        const rounds = roundsOf(item);
        const isFurtherPart = /_\d+_\d+$/.test(item.id.slice(input.id.length));
        if (isFurtherPart) found.at(-1)![1] += rounds[0]![1];
        else found.push(...rounds);
      }
      expect(found).toHaveLength(asked.length - report.droppedRounds);
      if (report.droppedRounds === 0 && report.truncatedReplies === 0) expect(found).toEqual(asked);
    }));

  it('are as full as whole rounds can make them', () =>
    always(['drop'], async ({ input, segments, report, config, tokenizer }) => {
      if (report.droppedRounds > 0) return;
      for (const [index, item] of segments.slice(0, -1).entries()) {
        const next = segments[index + 1]!.messages.filter(({ role }) => role !== 'system').slice(0, 2);
        const fuller = { ...item, messages: [...item.messages, ...next] };
        expect(await count(fuller, config.template, tokenizer)).toBeGreaterThan(config.maxTokens);
      }
      expect(segments.flatMap(roundsOf)).toEqual(roundsOf(input));
    }));

  it('stay as they are when segmented again', () =>
    always(['truncate-reply', 'split', 'drop'], async ({ segments, config, tokenizer }) => {
      const again = await segment(config, tokenizer, segments);
      expect(again.segments.map(({ id: _, ...rest }) => rest)).toEqual(segments.map(({ id: _, ...rest }) => rest));
    }));

  it('have ids of their own', () =>
    always(['truncate-reply', 'split'], async ({ segments }) => {
      expect(new Set(segments.map(({ id }) => id)).size).toBe(segments.length);
    }));
});

function matches(
  [question, reply]: [string, string],
  foundQuestion: string,
  foundReply: string,
  cut: boolean,
): boolean {
  return question === foundQuestion && (cut ? reply.startsWith(foundReply) : reply === foundReply);
}
