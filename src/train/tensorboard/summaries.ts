import type { SampleEvent, StepEndEvent, TrainEvent } from '../events.js';
import type { EventContent } from './event.js';

export interface Summary {
  readonly content: EventContent;
  readonly step: number;
}

/** What TensorBoard shows of an event. */
export function summariesOf(event: TrainEvent): Summary[] {
  switch (event.type) {
    case 'step-end':
      return [{ content: { kind: 'scalars', values: figuresOf(event) }, step: event.step }];
    case 'evaluation-end': {
      const values = { 'evaluation/loss': event.loss, 'evaluation/perplexity': event.perplexity };
      return [{ content: { kind: 'scalars', values }, step: event.step }];
    }
    case 'epoch-end':
      return [{ content: { kind: 'scalars', values: { 'train/epoch_loss': event.loss } }, step: event.step }];
    case 'sample': {
      const tag = `samples/${event.index}`;
      return [{ content: { kind: 'text', tag, text: markdownOf(event) }, step: event.step }];
    }
    default:
      return [];
  }
}

function figuresOf(event: StepEndEvent): Record<string, number> {
  const { flopUtilisation } = event;
  return {
    'train/loss': event.loss,
    'train/learning_rate': event.learningRate,
    'train/gradient_norm': event.gradientNorm,
    'train/tokens_per_second': event.tokensPerSecond,
    ...(flopUtilisation !== undefined && { 'train/flop_utilisation': flopUtilisation }),
  };
}

/** Quoted line by line, so that what a model writes is not taken for the page's own structure. */
function markdownOf({ prompt, reply }: SampleEvent): string {
  const quoted = (text: string) => text.replace(/^/gm, '> ');
  return [...prompt, { role: 'assistant', content: reply }]
    .map(({ role, content }) => `**${role}**\n\n${quoted(content)}`)
    .join('\n\n');
}
