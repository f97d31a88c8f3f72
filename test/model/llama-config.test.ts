import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/index.js';
import { ConfigError, parseConfig, VicunaError } from '../../src/core/index.js';
import { formatConfig, fromHuggingFace, toHuggingFace } from '../../src/model/config/hugging-face.js';
import { llamaConfigSchema } from '../../src/model/config/llama-config.js';
import { type LlamaConfig, llamaPresets, toModelShape } from '../../src/model/index.js';
import { goldenModels, loadGolden } from '../support/goldens.js';
import { numericsDirectory } from '../support/shared-data.js';

const parse = (config: LlamaConfig) => parseConfig(llamaConfigSchema, config, 'LlamaConfig');
const minimal = { vocabularySize: 100, hiddenSize: 64, layers: 2, heads: 4 };
const huggingFace = {
  model_type: 'llama',
  vocab_size: 100,
  hidden_size: 64,
  intermediate_size: 172,
  num_hidden_layers: 2,
  num_attention_heads: 4,
};

function failure(json: Record<string, unknown>): unknown {
  try {
    return fromHuggingFace(json, 'config.json');
  } catch (error) {
    return error;
  }
}

describe('LlamaConfig', () => {
  it('fills in the defaults', () => {
    expect(parse(minimal)).toEqual({
      ...minimal,
      keyValueHeads: 4,
      headSize: 16,
      ffnSize: 192,
      contextLength: 2048,
      rmsNormEpsilon: 1e-6,
      rope: { theta: 10_000 },
      tiedEmbeddings: false,
      initializerRange: 0.02,
      beginTokenId: null,
      endTokenIds: [],
      padTokenId: null,
    });
  });

  const scaling = {
    type: 'llama3',
    factor: 8,
    lowFrequencyFactor: 4,
    highFrequencyFactor: 4,
    originalContext: 64,
  } as const;
  it.each([
    ['hiddenSize', { hiddenSize: 66 }, /66 is not a multiple of the 4 heads/],
    ['headSize', { heads: 64 }, /1 is odd/],
    ['keyValueHeads', { keyValueHeads: 3 }, /3 does not divide the 4 heads/],
    [
      'contextLength',
      { contextLength: 101, rope: { theta: 1e4, scaling: { type: 'linear', factor: 4 } } as const },
      /101/,
    ],
    ['rope', { rope: { theta: 1e4, scaling } }, /lowFrequencyFactor/],
    ['padTokenId', { padTokenId: 100 }, /outside the vocabulary of 100/],
    ['layers', { layers: 1e9 }, /<=4096/],
    ['vocabularySize', { vocabularySize: undefined }, /expected number/],
    ['rope.theta', { rope: { theta: Number.NaN } }, /number/],
  ])('names %s when it cannot be', (path, change, message) => {
    const error = (() => {
      try {
        return parse({ ...minimal, ...change } as LlamaConfig);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).issues).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it.each(Object.keys(llamaPresets) as (keyof typeof llamaPresets)[])('has a preset %s that holds', (name) => {
    expect(() => parse({ vocabularySize: 512, ...llamaPresets[name] })).not.toThrow();
  });
});

describe('config.json', () => {
  it.each(goldenModels)('of %s is read in the spelling of transformers 4 and 5', async (name) => {
    const read = async (file: string) =>
      fromHuggingFace(JSON.parse(await readFile(join(numericsDirectory, name, file), 'utf8')), file);
    const [current, legacy] = [await read('model/config.json'), await read('config.legacy.json')];
    expect(toModelShape(current.config)).toEqual(loadGolden(name).shape);
    expect(legacy.config).toEqual(current.config);
  });

  it.each(goldenModels)(
    'of %s is written as transformers 5 and 4 read it, and keeps what we do not know',
    async (name) => {
      const original = JSON.parse(await readFile(join(numericsDirectory, name, 'model/config.json'), 'utf8'));
      const legacy = JSON.parse(await readFile(join(numericsDirectory, name, 'config.legacy.json'), 'utf8'));
      const written = toHuggingFace(
        fromHuggingFace({ ...original, _note: { deep: [1] } }, 'config.json'),
        original.dtype,
      );
      expect(written).toMatchObject({ ...original, _note: { deep: [1] } });
      const { transformers_version, ...spelledAsBefore } = legacy;
      // 4.43 and later spell the type of llama3 scaling as we do; linear scaling keeps the older name.
      expect(written).toMatchObject(spelledAsBefore);
    },
  );

  it('spells whole numbers of rope as the floats that Python takes them for', () => {
    const rope_scaling = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4.5, type: 'llama3' };
    const { config, extras } = fromHuggingFace({ ...huggingFace, rope_scaling, rope_theta: 5e5 }, 'config.json');
    const json = toHuggingFace({ config, extras }, 'float32');
    const text = formatConfig(json);
    const spelled = text.match(/"(factor|\w+_freq_factor|rope_theta)": [\d.]+/g);
    expect(new Set(spelled)).toEqual(
      new Set(['"factor": 8.0', '"high_freq_factor": 4.5', '"low_freq_factor": 1.0', '"rope_theta": 500000.0']),
    );
    expect(JSON.parse(text)).toEqual(json);
  });

  it('takes the defaults of transformers', () => {
    const { config } = fromHuggingFace(huggingFace, 'config.json');
    expect(config).toMatchObject({ keyValueHeads: 4, headSize: 16, contextLength: 2048, rmsNormEpsilon: 1e-6 });
    expect(config).toMatchObject({ rope: { theta: 10_000 }, beginTokenId: 1, endTokenIds: [2], padTokenId: null });
  });

  it('may name several end tokens, none, or -1 for none', () => {
    const read = (ids: object) => fromHuggingFace({ ...huggingFace, ...ids }, 'config.json').config;
    expect(read({ eos_token_id: [2, 7] }).endTokenIds).toEqual([2, 7]);
    expect(read({ eos_token_id: null }).endTokenIds).toEqual([]);
    expect(read({ pad_token_id: -1, bos_token_id: null })).toMatchObject({ padTokenId: null, beginTokenId: null });
  });

  it('counts the context of linear scaling before it, and that of llama3 after it', () => {
    const read = (rope_scaling: object) =>
      fromHuggingFace({ ...huggingFace, max_position_embeddings: 4096, rope_scaling }, 'config.json').config;
    const linear = read({ type: 'linear', factor: 4 });
    expect(linear.contextLength).toBe(16384);
    expect(toHuggingFace({ config: linear, extras: {} }, 'float32').max_position_embeddings).toBe(4096);
    const llama3 = read({ rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 });
    expect(llama3.contextLength).toBe(4096);
    expect(llama3.rope.scaling).toMatchObject({ originalContext: 4096 });
  });

  it('prefers a theta beside the scaling, and rope_scaling to rope_parameters, as transformers 5 does', () => {
    const read = (rope: object) => fromHuggingFace({ ...huggingFace, ...rope }, 'config.json').config.rope;
    expect(read({ rope_theta: 5, rope_parameters: { rope_theta: 7, rope_type: 'default' } })).toEqual({ theta: 7 });
    expect(read({ rope_theta: 5, rope_parameters: { rope_type: 'default', type: 'default' } })).toEqual({ theta: 5 });
    expect(
      read({ rope_theta: 5, rope_scaling: { type: 'linear', factor: 2 }, rope_parameters: { rope_theta: 7 } }),
    ).toEqual({ theta: 5, scaling: { type: 'linear', factor: 2 } });
  });

  it.each([
    ['model_type', { model_type: 'mistral' }, '"mistral"'],
    ['model_type', { model_type: undefined }, 'undefined'],
    ['architectures', { architectures: ['LlamaForSequenceClassification'] }, '["LlamaForSequenceClassification"]'],
    ['hidden_act', { hidden_act: 'gelu' }, '"gelu"'],
    ['attention_bias', { attention_bias: true }, 'true'],
    ['mlp_bias', { mlp_bias: true }, 'true'],
    ['quantization_config', { quantization_config: { bits: 4 } }, 'an object'],
    ['partial_rotary_factor', { partial_rotary_factor: 0.5 }, '0.5'],
    ['rope type', { rope_scaling: { type: 'dynamic', factor: 2 } }, '"dynamic"'],
    ['rope type', { rope_parameters: { rope_type: 'yarn', factor: 2 } }, '"yarn"'],
    ['rope type', { rope_scaling: { rope_type: 'longrope' } }, '"longrope"'],
    ['rope_parameters.full_attention', { rope_parameters: { full_attention: { rope_theta: 1e6 } } }, 'an object'],
    ['layer_types', { layer_types: ['sliding_attention'] }, '["sliding_attention"]'],
  ])('is refused for %s of another model, by name', (field, change, shown) => {
    const error = failure({ ...huggingFace, ...change });
    expect(VicunaError.isInstance(error) && error.code).toBe('model-unsupported');
    expect(String(error)).toContain(`config.json: ${field} ${field === 'rope type' ? '' : 'is '}${shown}`);
  });

  it.each([
    [{ hidden_size: '64' }, /hidden_size: .*expected number/],
    [{ num_hidden_layers: undefined }, /num_hidden_layers: /],
    [{ intermediate_size: null }, /intermediate_size: /],
    [{ num_key_value_heads: 3 }, /num_key_value_heads: 3 does not divide/],
    [{ eos_token_id: ['</s>'] }, /eos_token_id\.0: /],
    [{ rope_parameters: [] }, /rope_parameters is not an object/],
    [{ rope_scaling: { type: 'linear', factor: 'x' } }, /rope_parameters\.scaling\.factor: /],
    [{ num_hidden_layers: 1e12 }, /num_hidden_layers: /],
  ])('is refused for %j, in the names of the file', (change, message) => {
    const error = failure({ ...huggingFace, ...change });
    expect(error).toBeInstanceOf(CheckpointError);
    expect(String(error)).toMatch(message);
  });

  it('is read or refused with a typed error, whatever stands in a field', () => {
    const fields = [
      ...Object.keys(huggingFace),
      ...Object.keys(toHuggingFace(fromHuggingFace(huggingFace, ''), 'float32')),
    ];
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    const values = fc.oneof(fc.jsonValue(), fc.double(), fc.constant(deep), fc.record({ rope_type: fc.jsonValue() }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields), values, { maxKeys: 3 }), (change) => {
        const outcome = failure({ ...huggingFace, ...change });
        if (outcome instanceof Error) expect(VicunaError.isInstance(outcome), outcome.stack).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('comes back the same after being written, whatever it says', () => {
    const configs = fc
      .record({
        heads: fc.integer({ min: 1, max: 8 }),
        perHead: fc.integer({ min: 1, max: 8 }),
        layers: fc.integer({ min: 1, max: 99 }),
        ffnSize: fc.integer({ min: 1, max: 99 }),
        contextLength: fc.integer({ min: 1, max: 9999 }),
        rmsNormEpsilon: fc.constantFrom(1e-6, 1e-5),
        tiedEmbeddings: fc.boolean(),
        endTokenIds: fc.array(fc.nat(99), { maxLength: 3 }),
        beginTokenId: fc.option(fc.nat(99)),
        padTokenId: fc.option(fc.nat(99)),
        theta: fc.double({ min: 1, max: 1e6, noNaN: true }),
        type: fc.constantFrom('default', 'linear', 'llama3'),
        factor: fc.integer({ min: 1, max: 9 }),
      })
      .map(({ perHead, theta, type, factor, ...config }) =>
        parse({
          ...config,
          vocabularySize: 100,
          hiddenSize: config.heads * perHead * 2,
          contextLength: type === 'linear' ? config.contextLength * factor : config.contextLength,
          rope:
            type === 'default'
              ? { theta }
              : type === 'linear'
                ? { theta, scaling: { type: 'linear', factor } }
                : {
                    theta,
                    scaling: {
                      type: 'llama3',
                      factor,
                      lowFrequencyFactor: 1,
                      highFrequencyFactor: 4,
                      originalContext: 99,
                    },
                  },
        }),
      );
    fc.assert(
      fc.property(configs, fc.dictionary(fc.string(), fc.jsonValue()), (config, unknown) => {
        const extras = Object.fromEntries(Object.entries(unknown).map(([key, value]) => [`x_${key}`, value]));
        const json = JSON.parse(JSON.stringify(toHuggingFace({ config, extras }, 'bfloat16')));
        expect(fromHuggingFace(json, 'config.json')).toEqual({ config, extras: JSON.parse(JSON.stringify(extras)) });
        // Each of the two spellings is enough.
        const { rope_parameters: current, ...older } = json;
        const { rope_theta: theta, rope_scaling: scaling, ...newer } = json;
        expect(fromHuggingFace(older, 'config.json').config).toEqual(config);
        expect(fromHuggingFace(newer, 'config.json').config).toEqual(config);
      }),
      { numRuns: 200 },
    );
  });
});
