/** A logistic curve through outcomes: `P(win) = 1 / (1 + exp(-(intercept + slope · x)))`. */
export interface LogisticFit {
  readonly intercept: number;
  readonly slope: number;
}

/** Outcomes and what may explain them; all of one length. */
export interface LogisticData {
  readonly x: Float64Array;
  /** From 0 to 1: a tie is half a win. */
  readonly outcome: Float64Array;
  /** How much each counts; 0 leaves it out. */
  readonly weight: Float64Array;
}

/**
 * Small enough not to move a fit that exists (by less than 1e-7 on as few as ten outcomes), large enough to keep finite
 * one that does not.
 */
const RIDGE = 1e-6;
const ITERATIONS = 100;

export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/**
 * The likeliest logistic curve, by Newton's method (iteratively reweighted least squares) with halved steps where a full
 * one would overshoot, under a penalty of `RIDGE / 2 · (intercept² + slope²)`. Outcomes between 0 and 1 are taken as
 * shares (Papke and Wooldridge 1996).
 *
 * @param start - where to begin; a fit to nearly the same data saves steps.
 */
export function fitLogistic(data: LogisticData, start: LogisticFit = { intercept: 0, slope: 0 }): LogisticFit {
  let fit = start;
  let slopes = slopesAt(data, fit);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const step = newtonStep(slopes);
    let next: LogisticFit;
    let reached: Slopes;
    let scale = 2;
    do {
      scale /= 2;
      next = { intercept: fit.intercept + scale * step.intercept, slope: fit.slope + scale * step.slope };
      reached = slopesAt(data, next);
    } while (reached.likelihood < slopes.likelihood - 1e-12 * Math.abs(slopes.likelihood) && scale > 1e-8);
    fit = next;
    slopes = reached;
    // The error of a Newton step is about its square.
    if (Math.max(Math.abs(step.intercept), Math.abs(step.slope)) < 1e-6) break;
  }
  return fit;
}

/** The penalised log-likelihood somewhere, its gradient, and its negative second derivatives. */
interface Slopes {
  readonly likelihood: number;
  readonly gradient0: number;
  readonly gradient1: number;
  readonly hessian00: number;
  readonly hessian01: number;
  readonly hessian11: number;
}

function newtonStep({ gradient0, gradient1, hessian00, hessian01, hessian11 }: Slopes): LogisticFit {
  const determinant = hessian00 * hessian11 - hessian01 * hessian01;
  return {
    intercept: (hessian11 * gradient0 - hessian01 * gradient1) / determinant,
    slope: (hessian00 * gradient1 - hessian01 * gradient0) / determinant,
  };
}

function slopesAt({ x, outcome, weight }: LogisticData, { intercept, slope }: LogisticFit): Slopes {
  let likelihood = (-RIDGE / 2) * (intercept * intercept + slope * slope);
  let gradient0 = -RIDGE * intercept;
  let gradient1 = -RIDGE * slope;
  let hessian00 = RIDGE;
  let hessian01 = 0;
  let hessian11 = RIDGE;
  for (let row = 0; row < x.length; row++) {
    const times = weight[row]!;
    if (times === 0) continue;
    const value = x[row]!;
    const logOdds = intercept + slope * value;
    // Everything from exp(-|l|), which no log-odds let overflow.
    const decay = Math.exp(-Math.abs(logOdds));
    const expected = (logOdds > 0 ? 1 : decay) / (1 + decay);
    const residual = times * (outcome[row]! - expected);
    const information = (times * decay) / (1 + decay) ** 2;
    likelihood += times * (outcome[row]! * logOdds - Math.max(logOdds, 0) - Math.log1p(decay));
    gradient0 += residual;
    gradient1 += residual * value;
    hessian00 += information;
    hessian01 += information * value;
    hessian11 += information * value * value;
  }
  return { likelihood, gradient0, gradient1, hessian00, hessian01, hessian11 };
}

/**
 * Whether a threshold on `x` parts the wins from the losses (or all outcomes are alike), touching at most on the
 * threshold itself: then no finite curve is the likeliest (Albert and Anderson 1984).
 */
export function isSeparated({ x, outcome, weight }: LogisticData): boolean {
  const wins = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
  const losses = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
  for (let row = 0; row < x.length; row++) {
    if (weight[row] === 0) continue;
    if (outcome[row]! > 0) widen(wins, x[row]!);
    if (outcome[row]! < 1) widen(losses, x[row]!);
  }
  return losses.high <= wins.low || wins.high <= losses.low;
}

function widen(range: { low: number; high: number }, value: number): void {
  range.low = Math.min(range.low, value);
  range.high = Math.max(range.high, value);
}
