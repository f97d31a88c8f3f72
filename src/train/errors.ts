import { VicunaError } from '../core/index.js';

/** What was being learned when training diverged. @public */
export interface Divergence {
  /** The step that was not taken; counts from 1. */
  readonly step: number;
  /** Mean loss over the tokens summed so far, NaN or infinite where the loss itself is at fault. */
  readonly loss: number;
  /** Norm of the gradient, where it came to that. */
  readonly gradientNorm?: number;
  /** Conversations of the micro-batch, or of the whole step where the gradient is at fault. */
  readonly conversations: readonly string[];
}

/**
 * The loss or its gradient stopped being a number. Thrown before the step changes any weight, so the model still is
 * what the last finished step made of it. Code `training-diverged`.
 *
 * @public
 */
export class TrainingDivergedError extends VicunaError implements Divergence {
  /** The step that was not taken, from 1. */
  readonly step: number;
  /** Its mean loss, in nats. */
  readonly loss: number;
  /** Its gradient norm before clipping; absent where the loss already was no number. */
  readonly gradientNorm?: number;
  /** Ids of the conversations it was computed on. */
  readonly conversations: readonly string[];

  /** Says which step it was and what it was computed on. */
  constructor({ step, loss, gradientNorm, conversations }: Divergence) {
    const what = gradientNorm === undefined ? `the loss became ${loss}` : `the gradient norm became ${gradientNorm}`;
    super(
      'training-diverged',
      `Training stopped at step ${step} before changing the weights: ${what} in conversations ${listed(conversations)}. ` +
        'Lower learningRate or lengthen the warm-up; if it happens at step 1, look at those conversations and at the ' +
        'weights that training began with.',
    );
    this.step = step;
    this.loss = loss;
    if (gradientNorm !== undefined) this.gradientNorm = gradientNorm;
    this.conversations = conversations;
  }
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).map((id) => JSON.stringify(id));
  return ids.length > shown.length ? `${shown.join(', ')} and ${ids.length - shown.length} more` : shown.join(', ');
}
