// Loops over numbers in memory. R rows, C columns, N heads, T tokens, D head size.

/** `[R, C]` to `[C, R]`. Four rows at a time, so that each write fills a good part of a cache line. */
export function transposeMatrix(source: Float32Array, rows: number, columns: number, target: Float32Array): void {
  const whole = rows - (rows % 4);
  for (let row = 0; row < whole; row += 4) {
    const first = row * columns;
    const second = first + columns;
    const third = second + columns;
    const fourth = third + columns;
    for (let column = 0; column < columns; column++) {
      const to = column * rows + row;
      target[to] = source[first + column]!;
      target[to + 1] = source[second + column]!;
      target[to + 2] = source[third + column]!;
      target[to + 3] = source[fourth + column]!;
    }
  }
  for (let row = whole; row < rows; row++)
    for (let column = 0; column < columns; column++) target[column * rows + row] = source[row * columns + column]!;
}

/** `[A, B, D]` to `[B, A, D]` */
export function swapOuter(
  source: Float32Array,
  outer: number,
  inner: number,
  size: number,
  target: Float32Array,
): void {
  for (let a = 0; a < outer; a++)
    for (let b = 0; b < inner; b++) {
      const from = (a * inner + b) * size;
      const to = (b * outer + a) * size;
      for (let d = 0; d < size; d++) target[to + d] = source[from + d]!;
    }
}

/** Turns heads `[N, T, D]` by their tokens' angles; `direction` -1 turns back. `sine_TD` is negated in its first half. */
export function rotateHeads(
  source: Float32Array,
  cosine_TD: Float32Array,
  sine_TD: Float32Array,
  heads: number,
  size: number,
  direction: 1 | -1,
  target: Float32Array,
): void {
  const width = cosine_TD.length;
  const half = size / 2;
  for (let head = 0; head < heads; head++)
    for (let row = 0; row < width; row += size) {
      const first = head * width + row;
      const second = first + half;
      for (let pair = 0; pair < half; pair++) {
        const cosine = cosine_TD[row + pair]!;
        const sine = direction * sine_TD[row + half + pair]!;
        const x = source[first + pair]!;
        const y = source[second + pair]!;
        target[first + pair] = x * cosine - y * sine;
        target[second + pair] = y * cosine + x * sine;
      }
    }
}

/** Sums over rows, in double precision. */
export function sumColumns(source: Float32Array, rows: number, columns: number, target: Float32Array): void {
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let column = 0; column < columns; column++) sums[column]! += source[start + column]!;
  }
  target.set(sums);
}

export function addInPlace(sum: Float32Array, offset: number, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) sum[offset + i]! += values[i]!;
}

/** Adds rows `[rows.length, C]` to the given places of a table. */
export function addRowsInPlace(table: Float32Array, columns: number, rows: Int32Array, values: Float32Array): void {
  for (let row = 0; row < rows.length; row++) {
    const to = rows[row]! * columns;
    const from = row * columns;
    for (let column = 0; column < columns; column++) table[to + column]! += values[from + column]!;
  }
}

/** `a b` over `[start, end)`, in double precision, in four sums that do not wait for each other. */
export function dot(a: Float32Array, b: Float32Array, start: number, end: number): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = end - ((end - start) % 4);
  for (let i = start; i < whole; i += 4) {
    first += a[i]! * b[i]!;
    second += a[i + 1]! * b[i + 1]!;
    third += a[i + 2]! * b[i + 2]!;
    fourth += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < end; i++) first += a[i]! * b[i]!;
  return first + second + third + fourth;
}

export interface AdamWStep {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly gradientScale: number;
  /** Learning rate over the first moment's bias correction. */
  readonly stepSize: number;
  /** One over the square root of the second moment's bias correction. */
  readonly deviationScale: number;
  /** What parameters are multiplied by before the step. */
  readonly decay: number;
}

/** One AdamW step over `[start, end)` of the vectors. */
export function adamwInPlace(
  parameters: Float32Array,
  gradient: Float32Array,
  firstMoment: Float32Array,
  secondMoment: Float32Array,
  start: number,
  end: number,
  { beta1, beta2, epsilon, gradientScale, stepSize, deviationScale, decay }: AdamWStep,
): void {
  const [share1, share2] = [1 - beta1, 1 - beta2];
  for (let i = start; i < end; i++) {
    const slope = gradient[i]! * gradientScale;
    const first = beta1 * firstMoment[i]! + share1 * slope;
    const second = beta2 * secondMoment[i]! + share2 * slope * slope;
    firstMoment[i] = first;
    secondMoment[i] = second;
    parameters[i] = parameters[i]! * decay - (stepSize * first) / (Math.sqrt(second) * deviationScale + epsilon);
  }
}

/** `a b` of `[R, I]` and `[I, C]`. Four inner elements at a time, so that a row of the product is passed over less. */
export function multiplyMatrices(
  a: Float32Array,
  b: Float32Array,
  rows: number,
  inner: number,
  columns: number,
  product: Float32Array,
): void {
  const sums = new Float64Array(columns);
  const whole = inner - (inner % 4);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    const start = row * inner;
    for (let i = 0; i < whole; i += 4) {
      const [first, second, third, fourth] = [a[start + i]!, a[start + i + 1]!, a[start + i + 2]!, a[start + i + 3]!];
      const at = i * columns;
      for (let column = 0; column < columns; column++)
        sums[column]! +=
          first * b[at + column]! +
          second * b[at + columns + column]! +
          third * b[at + 2 * columns + column]! +
          fourth * b[at + 3 * columns + column]!;
    }
    for (let i = whole; i < inner; i++) {
      const factor = a[start + i]!;
      for (let column = 0; column < columns; column++) sums[column]! += factor * b[i * columns + column]!;
    }
    product.set(sums, row * columns);
  }
}
