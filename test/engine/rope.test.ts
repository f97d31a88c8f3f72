import { describe, expect, it } from 'vitest';
import { ropeFrequencies, ropeTables } from '../../src/engine/rope.js';
import { goldenModels, loadGolden, readJson } from '../support/goldens.js';
import { smallShape } from '../support/random-model.js';
import { numericsDirectory } from '../support/shared-data.js';

describe('the frequencies of rotary positions', () => {
  it.each(goldenModels)('are those of transformers for %s', (name) => {
    const expected = readJson<{ inv_freq: number[] }>(`${numericsDirectory}/${name}/expected.json`).inv_freq;
    const frequencies = ropeFrequencies(loadGolden(name).shape);
    expect(frequencies.length).toBe(expected.length);
    frequencies.forEach((frequency, pair) => {
      expect(Math.abs(frequency / expected[pair]! - 1)).toBeLessThan(2e-7);
    });
  });

  it('are left alone, stretched, or something between, by wavelength, with the scaling of LLaMA 3.1', () => {
    const plain = ropeFrequencies({ ...smallShape, headSize: 128, rope: { theta: 500_000 } });
    const scaling = {
      type: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContext: 8192,
    } as const;
    const scaled = ropeFrequencies({ ...smallShape, headSize: 128, rope: { theta: 500_000, scaling } });
    plain.forEach((frequency, pair) => {
      const wavelength = (2 * Math.PI) / frequency;
      const ratio = frequency / scaled[pair]!;
      if (wavelength < 8192 / 4) expect(ratio).toBe(1);
      else if (wavelength > 8192) expect(ratio).toBe(8);
      else expect(ratio > 1 && ratio < 8).toBe(true);
    });
  });
});

describe('rotation tables', () => {
  it('hold cosine and sine of position times frequency for both halves of a head', () => {
    const { cosine_TD, sine_TD } = ropeTables(Float32Array.of(1, 0.25), Int32Array.of(0, 3));
    const [fast, slow] = [3, 0.75];
    const cosines = [1, 1, 1, 1, ...[fast, slow, fast, slow].map(Math.cos)];
    const sines = [-0, -0, 0, 0, -Math.sin(fast), -Math.sin(slow), Math.sin(fast), Math.sin(slow)];
    expect(cosine_TD).toEqual(Float32Array.from(cosines));
    expect(sine_TD).toEqual(Float32Array.from(sines));
  });
});
