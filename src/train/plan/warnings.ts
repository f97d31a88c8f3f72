import type { PlannedData, PlannedMemory, PlannedSteps, PlanWarning } from './plan.js';

/** Below it something is usually wrong with roles or template. */
const FEW_SUPERVISED = 0.05;
const MANY_TRUNCATED = 0.05;
const LOW_FILL = 0.5;
/** An optimizer learns little in fewer. */
export const FEW_STEPS = 10;

/** What is worth changing before anything is spent. */
export function planWarnings(data: PlannedData, steps: PlannedSteps, memory: PlannedMemory): PlanWarning[] {
  const warnings: PlanWarning[] = [];
  const warn = (code: PlanWarning['code'], message: string) => warnings.push({ code, message });
  const { processPeak, available } = memory;
  if (available !== undefined && processPeak > available)
    warn(
      'memory-short',
      `Training needs about ${gigabytes(processPeak)} in this process, and ${gigabytes(available)} are there. ${memoryAdvice(memory)}`,
    );
  if (data.supervisedShare < FEW_SUPERVISED)
    warn(
      'few-supervised',
      `Only ${percent(data.supervisedShare)} of the tokens are learned. Look at some conversations with explainMask: are roles and template right?`,
    );
  if (data.truncated !== undefined && data.truncated > MANY_TRUNCATED * data.conversations)
    warn(
      'many-truncated',
      `${data.truncated} conversations lose their end. Cut them with ConversationSegmenter first, or raise maxTokens.`,
    );
  if (steps.fill < LOW_FILL && steps.microBatches > steps.totalSteps)
    warn(
      'low-fill',
      `Micro-batches are filled to ${percent(steps.fill)}. Raise microBatchTokens, so that conversations fit together better.`,
    );
  if (steps.totalSteps < FEW_STEPS)
    warn(
      'few-steps',
      `There are only ${steps.totalSteps} optimizer steps. Lower batchConversations or raise epochs, if the model is to learn much.`,
    );
  return warnings;
}

function memoryAdvice({ activations, activationsRecomputed, parameters, peak, ranks }: PlannedMemory): string {
  if (activations > 1.1 * activationsRecomputed) return 'Set recompute: true, or lower microBatchTokens.';
  if (activations > 0.5 * peak) return 'Lower microBatchTokens, and maxTokens with it.';
  if (parameters < 0.5 * peak) return 'Train an adapter instead (lora), or divide the model among more machines.';
  return ranks > 1 ? 'Use more machines, or a smaller model.' : 'Use a larger machine, or a smaller model.';
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
