const BLOCKS = '▁▂▃▄▅▆▇█';

/** A curve in one line of text: the mean of each of `width` stretches, from the lowest to the highest of them. */
export function lossCurve(values: readonly number[], width: number): string {
  const finite = values.filter(Number.isFinite);
  const parts = Math.min(width, finite.length);
  const means = Array.from({ length: parts }, (_, part) => {
    const stretch = finite.slice(
      Math.floor((part * finite.length) / parts),
      Math.floor(((part + 1) * finite.length) / parts),
    );
    return stretch.reduce((total, value) => total + value, 0) / stretch.length;
  });
  const low = Math.min(...means);
  const range = Math.max(...means) - low;
  return means
    .map((mean) => BLOCKS[range === 0 ? 0 : Math.round(((mean - low) / range) * (BLOCKS.length - 1))])
    .join('');
}
