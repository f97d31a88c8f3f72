import type { PackedStep } from '../data/index.js';
import type { StepEndEvent } from './events.js';

type Taken = Pick<StepEndEvent, 'step' | 'learningRate' | 'loss' | 'gradientNorm'> & { readonly seconds: number };

/** What is told of a step. */
export function stepEvent(packed: PackedStep, { seconds, ...figures }: Taken): StepEndEvent {
  const { cursor, conversations, microBatches, tokens, supervisedTokens, fill } = packed;
  return {
    type: 'step-end',
    ...figures,
    epoch: cursor.epoch + 1,
    conversations,
    microBatches: microBatches.length,
    tokens,
    supervisedTokens,
    tokensPerSecond: tokens / seconds,
    fill,
  };
}
