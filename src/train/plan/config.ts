import * as z from 'zod';
import { parseConfig } from '../../core/index.js';
import type { PlanConfig } from './plan.js';

export interface PlanSettings {
  readonly calibrationSeconds: number;
  readonly assumedUtilisation: number;
  readonly pricePerHour?: number | undefined;
}

const planSchema = z.strictObject({
  calibrationSeconds: z.number().nonnegative().default(3),
  assumedUtilisation: z.number().positive().max(1).default(0.5),
  pricePerHour: z.number().nonnegative().optional(),
});

/** @throws ConfigError naming every field at fault. */
export function resolvePlanConfig(config: PlanConfig): PlanSettings {
  return parseConfig(planSchema, config, 'Training plan config');
}
