const ROUNDING = 2 ** -53;

/**
 * The natural logarithm of the factorial of `n`: summed where that is exact enough, Stirling's series above.
 *
 * @param n - a whole number from 0.
 */
export function logFactorial(n: number): number {
  if (n < 32) {
    let product = 1;
    for (let factor = 2; factor <= n; factor++) product *= factor;
    return Math.log(product);
  }
  const x = n + 1;
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

/** How likely a standard normal number is at least `z`. */
export function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z);
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  return z < 3 ? 0.5 - density * centralSeries(z) : density / millsFraction(z);
}

/** `z + z^3 / 3 + z^5 / (3 · 5) + …`: the area from 0 to z over the density at z. */
function centralSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * ROUNDING; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** `z + 1 / (z + 2 / (z + 3 / …))`: the density at z over the area above it (Laplace). */
function millsFraction(z: number): number {
  let fraction = z;
  for (let depth = 200; depth > 0; depth--) fraction = z + depth / fraction;
  return fraction;
}
