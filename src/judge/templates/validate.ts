import { ConfigError } from '../../core/index.js';
import type { JudgeMode } from '../types.js';
import { hasSlot } from './render.js';
import type { JudgeSlots, JudgeTemplateKind, JudgeTemplates } from './types.js';

/**
 * Checks that each template shows what has to be judged.
 *
 * @param showsReference - whether questions of a kind are shown with a reference.
 * @throws ConfigError naming every slot that is missing.
 */
export function checkTemplates(
  templates: JudgeTemplates,
  mode: JudgeMode,
  showsReference: (kind: JudgeTemplateKind) => boolean,
): void {
  const issues = (Object.keys(templates) as JudgeTemplateKind[]).flatMap((kind) =>
    (['oneTurn', 'multiTurn'] as const).flatMap((turns) => {
      const template = templates[kind][turns];
      return requiredSlots(mode, showsReference(kind))
        .filter((slot) => !hasSlot(template, slot))
        .map((slot) => ({
          path: `templates.${kind}.${turns}.user`,
          message: `must contain {${slot}}; template ${JSON.stringify(template.name)} does not`,
        }));
    }),
  );
  if (issues.length > 0) throw new ConfigError('PairwiseJudge config', issues);
}

function requiredSlots(mode: JudgeMode, reference: boolean): readonly (keyof JudgeSlots)[] {
  const answers = mode === 'single' ? (['answer'] as const) : (['first', 'second'] as const);
  return ['question', ...answers, ...(reference ? (['reference'] as const) : [])];
}
