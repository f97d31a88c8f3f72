import { describe, expect, it } from 'vitest';
import { hasLauncher, type Job, runJob } from './support/mpirun.js';

describe.runIf(hasLauncher('mpirun.openmpi'))('ranks that are processes', () => {
  const misbehave = (misbehaviour: string): Promise<Job> =>
    runJob('misbehaving-process.ts', { processes: 3, arguments: [misbehaviour], seconds: 25 });

  it.each([
    ['throw', /Rank 1 of 3 failed: no more numbers/],
    ['exit 3', /Rank 1 of 3 ended with exit code 3 before it had left the job/],
    ['exit 0', /Rank 1 of 3 ended with exit code 0 before it had left the job/],
    ['leave', /Rank 1 has left the job, while others went on/],
    ['SIGKILL', /process rank 1 .* exited on signal 9/],
    ['SIGSTOP', /Rank 1 has not answered rank [02] for 2 s in allReduce of 100000 float32/],
    ['loop', /Rank 1 has not answered rank [02] for 2 s in allReduce of 100000 float32/],
    ['another length', /rank 0: allReduce of 100000 float32\n {2}rank 1: allReduce of 99999 float32/],
    ['another operation', /rank 0: allReduce of 100000 float32\n {2}rank 1: broadcast of 100000 float32 from rank 0/],
  ])('all end when one does, and say which: %s', async (misbehaviour, message) => {
    const job = await misbehave(misbehaviour);
    expect(job.errors).toMatch(message);
    expect(job.errors).not.toContain('hung');
    expect(job.output).not.toContain('is done');
    expect(job.exitCode).not.toBe(0);
    expect(job.left).toEqual([]);
  });

  it('end well, ten times out of ten, over TCP', async () => {
    const tcp = ['--mca', 'pml', 'ob1', '--mca', 'btl', 'tcp,self'];
    for (let run = 0; run < 10; run++) {
      const job = await runJob('misbehaving-process.ts', { processes: 2, options: tcp, arguments: ['not at all'] });
      expect(job, `run ${run}`).toMatchObject({ exitCode: 0, errors: '', left: [] });
      expect(job.output.match(/is done/g), `run ${run}`).toHaveLength(2);
    }
  });
});
