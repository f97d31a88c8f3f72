// The operations of a LLaMA in float64, written to be read: plain loops, each with its derivative beside it.
// T tokens, I inputs, O outputs, V rows of a table, H query heads, K key heads, D head size.

/** A matrix and the gradient of the loss with respect to it. Row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
  readonly gradient: Float64Array;
}

export interface HeadLayout {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** Records what was computed, to go back over it for gradients. */
export class PlainTape {
  readonly #steps: (() => void)[] = [];

  /** Adds up the gradients of everything that went into what `seed` gave a gradient to. */
  backward(seed: () => void): void {
    seed();
    for (const step of [...this.#steps].reverse()) step();
  }

  /** `x W^T` */
  linear(x_TI: Matrix, weight_OI: Matrix): Matrix {
    const { rows: T, columns: I } = x_TI;
    const O = weight_OI.rows;
    const y_TO = zeros(T, O);
    for (let t = 0; t < T; t++)
      for (let o = 0; o < O; o++) {
        let sum = 0;
        for (let i = 0; i < I; i++) sum += x_TI.data[t * I + i]! * weight_OI.data[o * I + i]!;
        y_TO.data[t * O + o] = sum;
      }
    this.#steps.push(() => {
      for (let t = 0; t < T; t++)
        for (let o = 0; o < O; o++) {
          const dy = y_TO.gradient[t * O + o]!;
          if (dy === 0) continue;
          for (let i = 0; i < I; i++) {
            x_TI.gradient[t * I + i]! += dy * weight_OI.data[o * I + i]!;
            weight_OI.gradient[o * I + i]! += dy * x_TI.data[t * I + i]!;
          }
        }
    });
    return y_TO;
  }

  add(a: Matrix, b: Matrix): Matrix {
    const sum = zeros(a.rows, a.columns);
    for (let i = 0; i < sum.data.length; i++) sum.data[i] = a.data[i]! + b.data[i]!;
    this.#steps.push(() => {
      for (let i = 0; i < sum.data.length; i++) {
        a.gradient[i]! += sum.gradient[i]!;
        b.gradient[i]! += sum.gradient[i]!;
      }
    });
    return sum;
  }

  /** Each element times a constant of its own. */
  weigh(x: Matrix, factorOf: (index: number) => number): Matrix {
    const y = zeros(x.rows, x.columns);
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i]! * factorOf(i);
    this.#steps.push(() => {
      for (let i = 0; i < y.data.length; i++) x.gradient[i]! += y.gradient[i]! * factorOf(i);
    });
    return y;
  }

  /** Rows of a table. */
  gather(table_VI: Matrix, rows: Int32Array): Matrix {
    const I = table_VI.columns;
    const x_TI = zeros(rows.length, I);
    rows.forEach((row, t) => {
      x_TI.data.set(table_VI.data.subarray(row * I, (row + 1) * I), t * I);
    });
    this.#steps.push(() => {
      rows.forEach((row, t) => {
        for (let i = 0; i < I; i++) table_VI.gradient[row * I + i]! += x_TI.gradient[t * I + i]!;
      });
    });
    return x_TI;
  }

  /** y = w x / sqrt(mean(x^2) + epsilon) */
  rmsNorm(x_TI: Matrix, weight_1I: Matrix, epsilon: number): Matrix {
    const { rows: T, columns: I } = x_TI;
    const y_TI = zeros(T, I);
    const inverse = new Float64Array(T);
    for (let t = 0; t < T; t++) {
      let squares = 0;
      for (let i = 0; i < I; i++) squares += x_TI.data[t * I + i]! ** 2;
      inverse[t] = 1 / Math.sqrt(squares / I + epsilon);
      for (let i = 0; i < I; i++) y_TI.data[t * I + i] = x_TI.data[t * I + i]! * inverse[t]! * weight_1I.data[i]!;
    }
    this.#steps.push(() => {
      for (let t = 0; t < T; t++) {
        const r = inverse[t]!;
        let projection = 0;
        for (let i = 0; i < I; i++) {
          const normalised = x_TI.data[t * I + i]! * r;
          const dy = y_TI.gradient[t * I + i]!;
          weight_1I.gradient[i]! += dy * normalised;
          projection += (dy * weight_1I.data[i]! * normalised) / I;
        }
        for (let i = 0; i < I; i++) {
          const normalised = x_TI.data[t * I + i]! * r;
          x_TI.gradient[t * I + i]! += r * (y_TI.gradient[t * I + i]! * weight_1I.data[i]! - normalised * projection);
        }
      }
    });
    return y_TI;
  }

  /** Turns element i of a head's first half with element i of its second by the token's angle. */
  rotate(x: Matrix, headSize: number, angle: (token: number, pair: number) => number): Matrix {
    const y = zeros(x.rows, x.columns);
    const half = headSize / 2;
    const turn = (from: Float64Array, to: Float64Array, sign: number) => {
      for (let t = 0; t < x.rows; t++)
        for (let head = 0; head < x.columns; head += headSize)
          for (let pair = 0; pair < half; pair++) {
            const first = t * x.columns + head + pair;
            const second = first + half;
            const cosine = Math.cos(angle(t, pair));
            const sine = sign * Math.sin(angle(t, pair));
            to[first]! += from[first]! * cosine - from[second]! * sine;
            to[second]! += from[second]! * cosine + from[first]! * sine;
          }
    };
    turn(x.data, y.data, 1);
    this.#steps.push(() => turn(y.gradient, x.gradient, -1));
    return y;
  }

  /** Causal softmax(q k^T / sqrt(D)) v inside each sequence; query head h reads key head floor(h / (H / K)). */
  attention(q: Matrix, k: Matrix, v: Matrix, starts: Int32Array, layout: HeadLayout): Matrix {
    const { heads: H, keyValueHeads: K, headSize: D } = layout;
    const y = zeros(q.rows, q.columns);
    const scale = 1 / Math.sqrt(D);
    const dot = (a: Float64Array, aStart: number, b: Float64Array, bStart: number) => {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += a[aStart + d]! * b[bStart + d]!;
      return sum;
    };
    for (let sequence = 0; sequence + 1 < starts.length; sequence++)
      for (let head = 0; head < H; head++)
        for (let t = starts[sequence]!; t < starts[sequence + 1]!; t++) {
          const query = (t * H + head) * D;
          const key = (s: number) => (s * K + Math.floor(head / (H / K))) * D;
          const first = starts[sequence]!;
          const scores = Float64Array.from({ length: t - first + 1 }, (_, s) =>
            dot(q.data, query, k.data, key(first + s)),
          ).map((score) => score * scale);
          const largest = scores.reduce((a, b) => Math.max(a, b));
          const exponentials = scores.map((score) => Math.exp(score - largest));
          const total = exponentials.reduce((a, b) => a + b);
          const weights = exponentials.map((exponential) => exponential / total);
          weights.forEach((weight, s) => {
            for (let d = 0; d < D; d++) y.data[query + d]! += weight * v.data[key(first + s) + d]!;
          });
          this.#steps.push(() => {
            const weightGradients = weights.map((_, s) => dot(y.gradient, query, v.data, key(first + s)));
            const mean = weights.reduce((sum, weight, s) => sum + weight * weightGradients[s]!, 0);
            weights.forEach((weight, s) => {
              const scoreGradient = weight * (weightGradients[s]! - mean) * scale;
              for (let d = 0; d < D; d++) {
                v.gradient[key(first + s) + d]! += weight * y.gradient[query + d]!;
                q.gradient[query + d]! += scoreGradient * k.data[key(first + s) + d]!;
                k.gradient[key(first + s) + d]! += scoreGradient * q.data[query + d]!;
              }
            });
          });
        }
    return y;
  }

  /** gate * sigmoid(gate) * up */
  gated(gate: Matrix, up: Matrix): Matrix {
    const y = zeros(gate.rows, gate.columns);
    const sigmoid = gate.data.map((x) => 1 / (1 + Math.exp(-x)));
    for (let i = 0; i < y.data.length; i++) y.data[i] = gate.data[i]! * sigmoid[i]! * up.data[i]!;
    this.#steps.push(() => {
      for (let i = 0; i < y.data.length; i++) {
        const s = sigmoid[i]!;
        up.gradient[i]! += y.gradient[i]! * gate.data[i]! * s;
        gate.gradient[i]! += y.gradient[i]! * up.data[i]! * (s + gate.data[i]! * s * (1 - s));
      }
    });
    return y;
  }
}

export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns), gradient: new Float64Array(rows * columns) };
}
