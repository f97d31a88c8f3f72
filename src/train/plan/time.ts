import type { ModelShape } from '../../engine/index.js';
import type { flopsCounter, TrainingFlops } from '../step-flops.js';
import type { Calibration } from './calibrate.js';
import type { PlanSettings } from './config.js';
import type { PlannedMemory, PlannedTime } from './plan.js';
import type { WalkedSteps } from './steps.js';

export interface TimeQuestion {
  readonly walked: WalkedSteps;
  readonly memory: PlannedMemory;
  readonly shape: ModelShape;
  /** Weights that the optimizer updates. */
  readonly trained: number;
  readonly flopsOf: ReturnType<typeof flopsCounter>;
  readonly calibration: Calibration | undefined;
  readonly peak: number | undefined;
  /** Ranks with engines as fast as the one that was measured; 1 where they share it. */
  readonly engines: number;
  readonly plan: PlanSettings;
}

/** How long the steps and evaluations take. Ranks are taken to share the work evenly and to wait for nobody. */
export function planTime(question: TimeQuestion): PlannedTime | undefined {
  const { walked, peak, engines, plan } = question;
  const { planned } = walked;
  const [steps, evaluations] = secondsOf(question) ?? [];
  if (steps === undefined || evaluations === undefined) return undefined;
  const ofSteps = steps / engines;
  const seconds = ofSteps + evaluations / engines;
  const { pricePerHour } = plan;
  const together = peak === undefined ? undefined : peak * engines;
  return {
    basis: question.calibration === undefined ? 'assumed' : 'measured',
    seconds,
    secondsPerStep: ofSteps / planned.totalSteps,
    tokensPerSecond: planned.tokens / ofSteps,
    ...(together !== undefined && {
      peakFlopsPerSecond: together,
      flopUtilisation: planned.flops / ofSteps / together,
    }),
    ...(pricePerHour !== undefined && { cost: (seconds / 3600) * pricePerHour }),
  };
}

/** @returns of all steps and of all evaluations on one engine, `undefined` where nothing is known of it */
function secondsOf({
  walked,
  memory,
  shape,
  trained,
  flopsOf,
  calibration,
  peak,
  plan,
}: TimeQuestion): [steps: number, evaluations: number] | undefined {
  const [steps, evaluated] = [flopsOf(walked.load), flopsOf(walked.evaluated)];
  const inLayers = ({ matrices, attention }: TrainingFlops) => matrices + attention;
  if (calibration === undefined) {
    if (peak === undefined) return undefined;
    const rate = peak * plan.assumedUtilisation;
    return [walked.planned.flops / rate, (inLayers(evaluated) + evaluated.head) / 3 / rate];
  }
  const again = 1 - memory.layersKept / Math.max(1, shape.layers);
  return [
    inLayers(steps) / calibration.layer +
      (again * inLayers(steps)) / 3 / calibration.layerForward +
      steps.head / calibration.head +
      (walked.planned.totalSteps * trained) / calibration.optimizer,
    inLayers(evaluated) / 3 / calibration.layerForward + evaluated.head / 3 / calibration.head,
  ];
}
