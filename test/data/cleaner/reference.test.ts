import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readShareGPT } from '../../../src/conversation/index.js';
import { ShareGPTCleaner } from '../../../src/data/index.js';
import { sharedData } from '../../support/shared-data.js';

interface Sample {
  readonly id: string;
  readonly code: number;
  readonly conversations?: readonly { readonly value: string }[];
}

interface Golden {
  readonly source: string;
  readonly summary?: string;
  readonly kept_ids?: readonly string[];
  readonly per_sample: readonly Sample[];
}

/** FastChat's codes. */
const codes = { 'too-short': 1, 'wrong-format': 2, 'blocked-words': 3, 'unparsable-html': 4 } as Record<string, number>;

const data = sharedData('data');

function goldens(directory: string): Golden[] {
  const read = (file: string) => JSON.parse(readFileSync(join(directory, 'golden', file), 'utf8'));
  const cleaned = readdirSync(join(directory, 'golden')).filter((file) => file.startsWith('clean__'));
  return [...cleaned.map(read), { source: 'rendered.json', per_sample: read('rendered.fastchat.json') }];
}

describe.skipIf(data === undefined)("FastChat's decisions", () => {
  const all = data === undefined ? [] : goldens(data);

  it.each(all.map((golden) => [golden.source, golden] as const))('are ours on %s', async (source, golden) => {
    const file = join(data as string, 'sharegpt-html', source);
    const cleaner = await ShareGPTCleaner.create();
    const decided: { id: string; code: number; turns: number }[] = [];
    for await (const record of readShareGPT(file)) {
      const result = cleaner.cleanOne(record);
      const code = result.kept ? 0 : (codes[result.reject.reason] as number);
      decided.push({ id: record.id, code, turns: result.kept ? result.conversation.messages.length : 0 });
    }
    const wanted = golden.per_sample.map(({ id, code, conversations }) => ({
      id,
      code,
      turns: code === 0 ? (conversations?.length ?? 0) : 0,
    }));
    expect(decided).toEqual(wanted);
  });

  it.each(all.filter(({ summary }) => summary !== undefined).map((golden) => [golden.source, golden] as const))(
    'leave the same conversations, in the same order, with the same counts: %s',
    async (source, { summary = '', kept_ids }) => {
      const cleaner = await ShareGPTCleaner.create();
      const run = cleaner.clean(readShareGPT(join(data as string, 'sharegpt-html', source)));
      const kept: string[] = [];
      for await (const { id } of run) kept.push(id);
      const { read, rejected } = await run.result;
      expect(kept).toEqual(kept_ids);
      expect(summary).toBe(
        `total: ${read}, skip: ${read - kept.length}, new: ${kept.length}, cnt_blocked_words: ${rejected['blocked-words']}, ` +
          `cnt_parser_error: ${rejected['unparsable-html']}, cnt_wrong_format: ${rejected['wrong-format']}, ` +
          `cnt_too_short: ${rejected['too-short']}, cnt_id_duplication: ${rejected['duplicate-id']}, ` +
          `cnt_value_duplication: ${rejected['duplicate-text']}, cnt_plugin: ${rejected['uses-plugin']}`,
      );
    },
  );
});
