/** Shapes of the learning rate after its warm-up. @public */
export type ScheduleName = 'cosine' | 'linear' | 'constant';

export const scheduleNames = ['cosine', 'linear', 'constant'] as const satisfies readonly ScheduleName[];

/** Those, and one that rises from the minimum to the peak by the same factor a step, to search with. @internal */
export type ScheduleShape = ScheduleName | 'exponential';

/** @internal */
export interface Schedule {
  readonly shape: ScheduleShape;
  readonly totalSteps: number;
  readonly warmupSteps: number;
  readonly peak: number;
  readonly minimum: number;
}

/** Warm-up steps as transformers counts them: the ratio rounded up. */
export function warmupStepsOf(
  settings: { readonly warmupSteps: number; readonly warmupRatio: number },
  totalSteps: number,
): number {
  return settings.warmupSteps > 0 ? settings.warmupSteps : Math.ceil(totalSteps * settings.warmupRatio);
}

/**
 * The learning rate of a step, equal to transformers' `get_*_schedule_with_warmup`: it rises linearly from 0, so the
 * first warm-up step learns nothing but fills the optimizer's moments, and would reach the minimum one step after the
 * last.
 *
 * @param step - counts from 0.
 */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { shape, totalSteps, warmupSteps, peak, minimum } = schedule;
  if (step < warmupSteps) return (peak * step) / warmupSteps;
  if (shape === 'exponential') return minimum * (peak / minimum) ** (step / Math.max(1, totalSteps - 1));
  const passed = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return minimum + (peak - minimum) * remaining(shape, Math.min(1, passed));
}

/** From 1 at the peak to 0 at the end. */
function remaining(shape: ScheduleName, passed: number): number {
  if (shape === 'constant') return 1;
  if (shape === 'linear') return 1 - passed;
  return 0.5 * (1 + Math.cos(Math.PI * passed));
}
