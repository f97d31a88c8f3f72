import type { Generation, TextDelta } from '../../conversation/index.js';
import { type Run, startRun } from '../../core/index.js';
import type { Scheduler } from '../batching/scheduler.js';
import type { GenerationSettings, VicunaChatOptions } from '../sampling/settings.js';
import { generateText } from './generate-text.js';
import { type Continuation, parseSettings, prepareGeneration, type Speaker } from './prepare.js';

/**
 * One reply or continuation as a run.
 *
 * @param prompt - made when the run begins.
 * @param scheduler - computes the logits.
 */
export function startGeneration(
  speaker: Speaker,
  options: VicunaChatOptions,
  prompt: (settings: GenerationSettings) => Promise<Continuation>,
  scheduler: Pick<Scheduler, 'open'>,
): Run<TextDelta, Generation> {
  const { signal, onProgress } = options;
  const prepare = async (own: AbortSignal) => {
    const settings = parseSettings(options);
    return prepareGeneration(speaker, settings, await prompt(settings), { signal: own, onProgress });
  };
  return startRun(
    async function* (own) {
      return yield* generateText(scheduler, await prepare(own));
    },
    { signal },
  );
}
