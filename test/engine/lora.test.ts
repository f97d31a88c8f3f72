import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../src/core/index.js';
import { type LoraConfig, loraBlocks, loraConfigSchema, loraDropoutSeed, loraScale } from '../../src/engine/index.js';
import { smallShape } from '../support/random-model.js';

const resolve = (config: LoraConfig) => parseConfig(loraConfigSchema, config, 'LoraConfig');

describe('the configuration of an adapter', () => {
  it('is FastChat’s where nothing is said', () => {
    const targets = ['q_proj', 'v_proj'];
    expect(resolve({})).toEqual({ rank: 8, alpha: 16, rankStabilized: false, dropout: 0.05, targets });
  });

  it('names maps in the order of the vector, each once', () => {
    const targets = ['down_proj', 'k_proj', 'down_proj', 'q_proj'] as const;
    expect(resolve({ targets }).targets).toEqual(['q_proj', 'k_proj', 'down_proj']);
  });

  it.each([{ rank: 0 }, { rank: 1.5 }, { alpha: 0 }, { dropout: 1 }, { targets: [] }, { targets: ['lm_head'] }])(
    'refuses %j by its field',
    (config) => {
      const [field] = Object.keys(config);
      expect(() => resolve(config as LoraConfig)).toThrow(ConfigError);
      expect(() => resolve(config as LoraConfig)).toThrow(new RegExp(field!));
    },
  );

  it('scales by alpha over the rank, or over its root', () => {
    expect(loraScale(resolve({ rank: 16, alpha: 8 }))).toBe(0.5);
    expect(loraScale(resolve({ rank: 16, alpha: 8, rankStabilized: true }))).toBe(2);
  });
});

describe('the blocks of an adapter', () => {
  it('hold A and B of every map, end to end, under peft’s names', () => {
    const shape = { ...smallShape, keyValueHeads: 1 };
    const blocks = loraBlocks(shape, resolve({ rank: 3, targets: ['k_proj', 'down_proj'] }));
    expect(blocks.map(({ kind, layer }) => [kind, layer])).toEqual([
      ['adapter', 0],
      ['adapter', 1],
    ]);
    expect(blocks[1]!.parameters.map(({ name, offset, shape: extents }) => [name, offset, extents])).toEqual([
      ['base_model.model.model.layers.1.self_attn.k_proj.lora_A.weight', 0, [3, 24]],
      ['base_model.model.model.layers.1.self_attn.k_proj.lora_B.weight', 72, [8, 3]],
      ['base_model.model.model.layers.1.mlp.down_proj.lora_A.weight', 96, [3, 20]],
      ['base_model.model.model.layers.1.mlp.down_proj.lora_B.weight', 156, [24, 3]],
    ]);
    expect(blocks[1]!.size).toBe(228);
  });
});

it('the seed of a dropout differs by run, step and layer, and is the same again', () => {
  const seeds = [0, 1].flatMap((run) =>
    [1, 2].flatMap((step) => [0, 1].map((layer) => loraDropoutSeed(run, step, layer))),
  );
  expect(new Set(seeds).size).toBe(8);
  expect(loraDropoutSeed(1, 2, 1)).toBe(seeds[7]);
});
