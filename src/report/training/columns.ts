/** What a step is remembered by. */
export const stepFields = [
  'step',
  'loss',
  'gradientNorm',
  'learningRate',
  'tokens',
  'supervisedTokens',
  'tokensPerSecond',
  'flopUtilisation',
] as const;

export type StepField = (typeof stepFields)[number];
export type StepNumbers = Readonly<Record<StepField, number>>;

/** The numbers of all steps, a column each: 64 bytes a step, so that a million steps are no burden. */
export class StepColumns {
  readonly #columns = new Map<StepField, Float64Array>(stepFields.map((field) => [field, new Float64Array(1024)]));
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(numbers: StepNumbers): void {
    for (const field of stepFields) {
      let column = this.#columns.get(field)!;
      if (this.#length === column.length) {
        const larger = new Float64Array(2 * column.length);
        larger.set(column);
        this.#columns.set(field, larger);
        column = larger;
      }
      column[this.#length] = numbers[field];
    }
    this.#length++;
  }

  column(field: StepField): Float64Array {
    return this.#columns.get(field)!.subarray(0, this.#length);
  }

  /** Forgets the steps after one. @returns how many those were */
  dropAfter(step: number): number {
    const steps = this.column('step');
    let kept = steps.length;
    while (kept > 0 && steps[kept - 1]! > step) kept--;
    this.#length = kept;
    return steps.length - kept;
  }
}
