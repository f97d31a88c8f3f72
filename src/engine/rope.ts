import type { ModelShape } from './shape.js';

// D head size, T tokens.

/** Cosines and sines of the rotation of every token. */
export interface RopeTables {
  /** `[T, D]`: both halves of a head turn by the same angle. */
  readonly cosine_TD: Float32Array;
  /** `[T, D]`, negated in the first half: `rotated = x * cosine + swapHalves(x) * sine`. */
  readonly sine_TD: Float32Array;
}

/**
 * Radians a position turns each pair of a head's elements by, `[D / 2]`, as float32 like the models' own tables.
 *
 * Linear scaling slows every pair down. LLaMA 3's leaves short wavelengths, divides long ones by the factor, and goes
 * from one to the other in between.
 */
export function ropeFrequencies({ headSize, rope: { theta, scaling } }: ModelShape): Float32Array {
  return Float32Array.from({ length: headSize / 2 }, (_, pair) => {
    const frequency = 1 / theta ** ((2 * pair) / headSize);
    if (scaling === undefined) return frequency;
    if (scaling.type === 'linear') return frequency / scaling.factor;
    const { factor, lowFrequencyFactor, highFrequencyFactor, originalContext } = scaling;
    const turns = (originalContext * frequency) / (2 * Math.PI);
    const share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
    const kept = Math.min(1, Math.max(0, share));
    return (1 - kept) * (frequency / factor) + kept * frequency;
  });
}

/** Tables for tokens at the given positions of their sequences. */
export function ropeTables(frequencies: Float32Array, positions: Int32Array): RopeTables {
  const half = frequencies.length;
  const cosine_TD = new Float32Array(positions.length * half * 2);
  const sine_TD = new Float32Array(positions.length * half * 2);
  positions.forEach((position, token) => {
    const row = token * half * 2;
    frequencies.forEach((frequency, pair) => {
      // Angles are float32 in Hugging Face too: at position 2,000 the rounding is worth 1e-4 radians.
      const angle = Math.fround(position * frequency);
      const cosine = Math.cos(angle);
      const sine = Math.sin(angle);
      cosine_TD[row + pair] = cosine;
      cosine_TD[row + half + pair] = cosine;
      sine_TD[row + pair] = -sine;
      sine_TD[row + half + pair] = sine;
    });
  });
  return { cosine_TD, sine_TD };
}
