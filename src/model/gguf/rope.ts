import type { GgufEntry, GgufFields } from '../../checkpoint/index.js';
import { VicunaError } from '../../core/index.js';
import type { RopeShape } from '../../engine/index.js';

/** Entry of our own: the numbers of LLaMA 3's scaling, of which GGUF keeps only what they come to. */
const OWN_ROPE = 'vicuna.rope.scaling';

type Llama3Scaling = Extract<NonNullable<RopeShape['scaling']>, { type: 'llama3' }>;

/** Numbers of all LLaMAs from 3.1 on, but for the factor. */
const released = { type: 'llama3', lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192 } as const;

/**
 * What LLaMA 3's scaling divides the rotation of each pair by, `[D / 2]`: 1 for short wavelengths, the factor for long
 * ones, and in between what makes the rotation a mean of both.
 */
export function ropeFactors({ theta, scaling }: RopeShape, headSize: number): Float32Array | undefined {
  if (scaling?.type !== 'llama3') return undefined;
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContext } = scaling;
  return Float32Array.from({ length: headSize / 2 }, (_, pair) => {
    const turns = originalContext / (2 * Math.PI * theta ** ((2 * pair) / headSize));
    const share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
    const kept = Math.min(1, Math.max(0, share));
    return 1 / ((1 - kept) / factor + kept);
  });
}

/** The entries of a rope, behind `llama.rope.`, and ours. */
export function ropeEntries(
  { theta, scaling }: RopeShape,
  headSize: number,
  contextLength: number,
): [string, GgufEntry][] {
  const entries: [string, GgufEntry][] = [
    ['llama.rope.dimension_count', { kind: 'uint32', value: headSize }],
    ['llama.rope.freq_base', { kind: 'float32', value: theta }],
  ];
  if (scaling?.type === 'linear')
    entries.push(
      ['llama.rope.scaling.type', { kind: 'string', value: 'linear' }],
      ['llama.rope.scaling.factor', { kind: 'float32', value: scaling.factor }],
      [
        'llama.rope.scaling.original_context_length',
        { kind: 'uint32', value: Math.ceil(contextLength / scaling.factor) },
      ],
    );
  if (scaling?.type === 'llama3') entries.push([OWN_ROPE, { kind: 'string', value: JSON.stringify(scaling) }]);
  return entries;
}

/**
 * The rope of a file.
 *
 * @param factors - the file's `rope_freqs.weight`.
 * @returns values that are still to be checked.
 * @throws VicunaError `model-unsupported` for a rope that is not computed here.
 */
export function readRope(fields: GgufFields, headSize: number, factors: Float32Array | undefined): RopeShape {
  const theta = fields.number('llama.rope.freq_base') ?? 10_000;
  const type = fields.text('llama.rope.scaling.type') ?? 'linear';
  const factor = fields.number('llama.rope.scaling.factor') ?? fields.number('llama.rope.scale_linear') ?? 1;
  const isScaled = type !== 'none' && factor !== 1 && factor !== 0;
  const rotated = fields.integer('llama.rope.dimension_count') ?? headSize;
  if (rotated !== headSize)
    throw unsupported(
      fields,
      `llama.rope.dimension_count is ${rotated}, but heads of ${headSize} are rotated whole here`,
    );
  if (isScaled && type !== 'linear')
    throw unsupported(
      fields,
      `llama.rope.scaling.type is ${JSON.stringify(type.slice(0, 80))}; linear is computed here`,
    );
  if (factors === undefined) return isScaled ? { theta, scaling: { type: 'linear', factor } } : { theta };
  if (isScaled) throw unsupported(fields, 'it scales its rope twice, by a factor and by rope_freqs.weight');
  return { theta, scaling: scalingOf(fields, theta, headSize, factors) };
}

/** Finds the scaling that comes to the stored factors: GGUF does not say which it was. */
function scalingOf(fields: GgufFields, theta: number, headSize: number, factors: Float32Array): Llama3Scaling {
  // Before anything of that length is made: so far it is a claim.
  if (factors.length !== headSize / 2)
    throw unsupported(fields, `its rope_freqs.weight has ${factors.length} numbers for heads of ${headSize}`);
  const factor = Number(factors.reduce((most, value) => Math.max(most, value), 1).toPrecision(6));
  for (const scaling of [ownScaling(fields), { ...released, factor }]) {
    const expected = scaling && ropeFactors({ theta, scaling }, headSize);
    if (expected?.every((value, pair) => isNear(value, factors[pair]!))) return scaling!;
  }
  throw unsupported(fields, 'its rope_freqs.weight is not that of LLaMA 3.1, 3.2 or 3.3');
}

/** Writers compute the factors in float32 or in double. */
function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-4 * Math.abs(one);
}

function ownScaling(fields: GgufFields): Llama3Scaling | undefined {
  const text = fields.text(OWN_ROPE);
  if (text === undefined) return undefined;
  try {
    const { factor, lowFrequencyFactor, highFrequencyFactor, originalContext } = JSON.parse(text) as Llama3Scaling;
    return { type: 'llama3', factor, lowFrequencyFactor, highFrequencyFactor, originalContext };
  } catch {
    throw fields.error(`${OWN_ROPE} is not valid JSON. Write the file again.`);
  }
}

function unsupported(fields: GgufFields, problem: string): VicunaError {
  return new VicunaError('model-unsupported', `${fields.file}: ${problem}. Use a model with another rope.`);
}
