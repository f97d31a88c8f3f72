import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../checkpoint/files.js';
import { hasLauncher } from '../collectives/support/mpirun.js';
import { beginningOfSave, jobOf, type Outcome, unbroken, weightsAt, worlds } from './support/kill-chain.js';
import { buildProgram, type Ended, type Program, type ProgramEvent, Running } from './support/programs.js';

let program: Program;
const folder = temporaryFolder();
const expected = new Map<string, Outcome>();
beforeAll(async () => {
  program = await buildProgram(folder);
  for (const world of [worlds.alone, worlds.two]) expected.set(world.name, await unbroken(program, world));
});

const isStep = (step: number) => (event: ProgramEvent) => event.type === 'step-end' && event.step >= step;
const stepsOf = ({ events }: Pick<Ended, 'events'>) => events.filter((event) => event.type === 'step-end');
const rarely = { checkpoints: { everySteps: 0, everyMinutes: 60 } };

describe.each([worlds.alone, worlds.two])('SIGTERM, $name', (world) => {
  let count = 0;
  const newJob = (change = {}) => jobOf(program, `terminated ${world.name} ${count++}`, world, change);

  /** The same training again: it goes on after `step`, and ends as if nothing had happened. */
  async function expectToGoOn(job: ReturnType<typeof newJob>, step: number): Promise<void> {
    const ended = await new Running(program, job).ended;
    expect(ended.exitCode).toBe(0);
    expect(ended.events.find(({ type }) => type === 'train-start')).toMatchObject({ resumed: { step } });
    const whole = expected.get(world.name)!;
    expect(await weightsAt(job.trainer.outputDirectory)).toBe(whole.weights);
    for (const event of stepsOf(ended)) expect(`${event.loss} ${event.gradientNorm}`).toBe(whole.steps.get(event.step));
  }

  function expectSaved({ exitCode, signal, errors, events }: Ended): number {
    expect({ exitCode, signal }).toEqual({ exitCode: 1, signal: null });
    const { step } = stepsOf({ events }).at(-1)!;
    expect(errors).toContain(
      `TrainingInterruptedError: Training stopped after step ${step} because the process got SIGTERM`,
    );
    expect(errors).toContain('Its state is saved');
    // What the commit makes superfluous goes after it.
    const [saved, failed] = events.filter(({ type }) => type !== 'checkpoint-remove').slice(-2);
    expect(saved).toMatchObject({ type: 'checkpoint-commit', step });
    expect(failed).toMatchObject({ type: 'train-fail', step, code: 'training-interrupted' });
    return step;
  }

  it('saves the state at once and ends as failed', async () => {
    const job = newJob(rarely);
    const running = new Running(program, job);
    await running.until(isStep(5));
    running.kill('SIGTERM');
    await expectToGoOn(job, expectSaved(await running.ended));
  });

  it('loses nothing when it comes while a checkpoint is written, and comes again', async () => {
    const job = newJob();
    const running = new Running(program, job);
    await running.until(isStep(3));
    await beginningOfSave(running, `${job.trainer.outputDirectory}-checkpoints`);
    running.kill('SIGTERM');
    running.kill('SIGTERM');
    await expectToGoOn(job, expectSaved(await running.ended));
  });

  it('ends the process where there is nothing to save yet', async () => {
    const running = new Running(program, { ...newJob(), pause: 20 });
    await running.until(({ type }) => type === 'example-read');
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ exitCode: null, signal: 'SIGTERM', errors: '' });
  });

  it('ends the process, as it does with any other, where no checkpoints are wanted', async () => {
    const running = new Running(program, newJob({ checkpoints: false }));
    await running.until(isStep(2));
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ exitCode: null, signal: 'SIGTERM', errors: '' });
  });
});

describe.runIf(hasLauncher('mpirun.openmpi'))('SIGTERM, 2 MPI processes', () => {
  // A spot machine that goes announces that to its own process; the others learn of it from that one.
  it.each([0, 1])(
    'to the process started as number %i alone: all save and end, and go on together',
    async (process) => {
      const job = jobOf(program, `terminated mpi ${process}`, worlds.mpi, rarely);
      const running = new Running(program, job, worlds.mpi);
      await running.until(isStep(5));
      running.kill('SIGTERM', process);
      const ended = await running.ended;
      expect(ended).toMatchObject({ exitCode: 1, signal: null, left: [] });
      const { step } = stepsOf(ended).at(-1)!;
      expect(step).toBeLessThan(40);
      expect(ended.errors).toContain('TrainingInterruptedError');
      const saved = ended.events.filter(({ type }) => type === 'checkpoint-commit');
      expect(saved).toMatchObject([{ step }]);

      const again = await new Running(program, job, worlds.mpi).ended;
      expect(again).toMatchObject({ exitCode: 0, left: [] });
      expect(again.events.find(({ type }) => type === 'train-start')).toMatchObject({ resumed: { step } });
      const whole = await unbroken(program, worlds.mpi);
      expect(await weightsAt(job.trainer.outputDirectory)).toBe(whole.weights);
      for (const event of [...stepsOf(ended), ...stepsOf(again)])
        expect(`${event.loss} ${event.gradientNorm}`).toBe(whole.steps.get(event.step));
    },
  );
});

describe('2 threads', () => {
  it.each(['abort', 'break'] as const)('end, and the process by itself, after: %s', async (by) => {
    const job = { ...jobOf(program, by, worlds.two), end: { afterStep: 3, by } };
    const ended = await new Running(program, job).ended;
    expect(ended).toMatchObject({ exitCode: 0, errors: '', left: [] });
    expect(stepsOf(ended).at(-1)?.step).toBe(3);
    expect(ended.events.at(-1)).toEqual({ type: 'process-end' });
    const aborted = ended.events.filter(({ type }) => type === 'program-aborted');
    expect(aborted).toEqual(by === 'abort' ? [{ type: 'program-aborted', reason: 'no longer wanted' }] : []);
    expect(ended.events.some(({ type }) => type === 'train-end')).toBe(false);
  });

  it.each([
    ['throw', /RankError: Rank 1 failed: no more numbers/],
    ['exit', /RankError: Rank 1 ended with exit code 3 before its work was done/],
  ])('all end when one fails, with one error that names it: %s', async (kind, message) => {
    const job = jobOf(program, `fault ${kind}`, worlds.two);
    const ended = await new Running(program, job, { environment: { VICUNA_TEST_FAULT: `1@4 ${kind}` } }).ended;
    expect(ended).toMatchObject({ exitCode: 1, left: [] });
    expect(ended.errors).toMatch(message);
    expect(ended.errors.match(/^RankError: /gm)).toHaveLength(1);
    expect(stepsOf(ended).at(-1)?.step).toBe(3);
    // What was committed before stands.
    const again = await new Running(program, job).ended;
    expect(again.exitCode).toBe(0);
    expect(await weightsAt(job.trainer.outputDirectory)).toBe(expected.get('2 threads')!.weights);
  });
});
