import type {
  EvaluationEndEvent,
  SampleEvent,
  StepEndEvent,
  TrainEndEvent,
  TrainEvent,
  TrainFailEvent,
  TrainStartEvent,
} from '../../train/index.js';
import { StepColumns, type StepField, stepFields } from './columns.js';
import type { LoggedEvent } from './read-events.js';

/** Where training went on after it had stopped. */
export interface Resume {
  readonly step: number;
  /** Steps that had been taken beyond the checkpoint, and were taken again. */
  readonly repeated: number;
}

/** A training as its events tell it. Steps that were taken again after a resume count once, as they were at last. */
export class TrainingHistory {
  readonly steps = new StepColumns();
  start: TrainStartEvent | undefined;
  end: TrainEndEvent | undefined;
  failure: TrainFailEvent | undefined;
  evaluations: EvaluationEndEvent[] = [];
  samples: SampleEvent[] = [];
  checkpoints: { readonly step: number; readonly bytes: number }[] = [];
  readonly resumes: Resume[] = [];
  /** Things that went wrong without ending training. */
  readonly problems: string[] = [];
  /** Lines of the log that could not be read. */
  readonly unreadable: string[] = [];
  /** The first step whose loss or gradient was no number. */
  firstBroken: number | undefined;

  static async of(events: AsyncIterable<LoggedEvent>): Promise<TrainingHistory> {
    const history = new TrainingHistory();
    for await (const item of events) {
      if (item.readable) history.#add(item.event);
      else history.unreadable.push(item.problem);
    }
    return history;
  }

  /** The last step that was taken; 0 before the first. */
  get lastStep(): number {
    return this.steps.column('step').at(-1) ?? 0;
  }

  #add(event: TrainEvent): void {
    switch (event.type) {
      case 'train-start':
        this.#goOn(event);
        break;
      case 'step-end':
        this.#addStep(event);
        break;
      case 'evaluation-end':
        this.evaluations.push(event);
        break;
      case 'sample':
        this.samples.push(event);
        break;
      case 'checkpoint-commit':
        this.checkpoints.push({ step: event.step, bytes: event.bytes });
        break;
      case 'checkpoint-fail':
        this.problems.push(`The checkpoint of step ${event.step} could not be written: ${event.problem}`);
        break;
      case 'checkpoint-skip':
        this.problems.push(`A damaged checkpoint was passed over: ${event.file}: ${event.problem}`);
        break;
      case 'log-fail':
        this.problems.push(`Events are missing from the log: ${event.problem}`);
        break;
      case 'train-fail':
        this.failure = event;
        break;
      case 'train-end':
        this.end = event;
        break;
    }
  }

  /** A new part begins: what came after its checkpoint is forgotten, since it happens again. */
  #goOn(event: TrainStartEvent): void {
    const step = event.resumed?.step ?? 0;
    const repeated = this.steps.dropAfter(step);
    if (this.start !== undefined || step > 0) this.resumes.push({ step, repeated });
    this.evaluations = this.evaluations.filter((evaluation) => evaluation.step <= step);
    this.samples = this.samples.filter((sample) => sample.step <= step);
    this.checkpoints = this.checkpoints.filter((checkpoint) => checkpoint.step <= step);
    if (this.firstBroken !== undefined && this.firstBroken > step) this.firstBroken = undefined;
    this.start = event;
    this.end = undefined;
    this.failure = undefined;
  }

  #addStep(event: StepEndEvent): void {
    const entries = stepFields.map((field): [StepField, number] => [field, event[field] ?? Number.NaN]);
    this.steps.add(Object.fromEntries(entries) as Record<StepField, number>);
    if (!Number.isFinite(event.loss ?? Number.NaN) || !Number.isFinite(event.gradientNorm ?? Number.NaN))
      this.firstBroken ??= event.step;
  }
}
