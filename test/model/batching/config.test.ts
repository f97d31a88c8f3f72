import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { batchingConfigSchema } from '../../../src/model/batching/config.js';

describe('how calls share an engine', () => {
  it('is by default with a quarter of the memory for those that run, and a quarter of that for those that ended', () => {
    const { cacheBytes, ...rest } = batchingConfigSchema.parse({});
    expect(rest).toEqual({ stepTokens: 256, maximumSequences: 64, prefixCacheBytes: cacheBytes / 4 });
    expect(cacheBytes).toBeGreaterThan(0);
    expect(cacheBytes).toBeLessThanOrEqual(totalmem() / 4);
    expect(batchingConfigSchema.parse({ stepTokens: 16 }).maximumSequences).toBe(16);
  });

  it('leaves each of those that run a token of every step', () => {
    const parsed = batchingConfigSchema.safeParse({ stepTokens: 8, maximumSequences: 9 });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['maximumSequences'] });
  });
});
