/**
 * Carries out tasks one after the other, in the order they came. After a failure nothing runs any more: every later task
 * fails with the same error, since the ranks no longer agree on what comes next.
 */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    this.#last = result;
    // Whoever called gets the error; the chain itself is nobody's.
    result.catch(() => undefined);
    return result;
  }
}
