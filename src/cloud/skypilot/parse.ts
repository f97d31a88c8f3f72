import { ConfigError } from '../../core/index.js';
import { findContradictions } from './contradictions.js';
import { describeIssues } from './issues.js';
import { taskSchema } from './task-schema.js';
import type { SkyPilotTask } from './types.js';
import { readYaml } from './yaml.js';

/**
 * Checks a SkyPilot document of your own, as SkyPilot 0.14 would and before it does: every unknown field, wrong value and
 * contradiction at once, each by its path.
 *
 * @param document - YAML text, or the object it stands for.
 * @throws ConfigError, for example `resources.accelerator: unknown, did you mean accelerators?`.
 * @public
 */
export async function parseSkyPilotTask(document: string | object): Promise<SkyPilotTask> {
  return checkTask(typeof document === 'string' ? await readYaml(document) : document, 'SkyPilot document');
}

/** @throws ConfigError naming every field at fault. */
export function checkTask(document: unknown, subject: string): SkyPilotTask {
  const parsed = taskSchema.safeParse(document);
  const issues = parsed.success ? findContradictions(parsed.data) : describeIssues(parsed.error.issues);
  if (issues.length > 0) throw new ConfigError(subject, issues);
  return parsed.data as SkyPilotTask;
}
