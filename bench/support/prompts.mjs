/** Prompts of token ids that every contestant is given: different ones, so that nothing can be shared between them. */
export function prompts({ batch, prompt, vocabulary }) {
  return Array.from({ length: batch }, (_, sequence) =>
    Int32Array.from({ length: prompt }, (_, index) => 3 + (((sequence + 1) * 7919 * (index + 1)) % (vocabulary - 3))),
  );
}

/** One pass over a batch, timed: prompts whole, then a token of each sequence at a time. */
export async function timedPass(sequences, { prefill, step, count }) {
  const started = performance.now();
  let tokens = await prefill(sequences);
  const first = performance.now();
  const drawn = [tokens[0]];
  for (let index = 1; index < count; index++) {
    tokens = await step(tokens);
    drawn.push(tokens[0]);
  }
  const ended = performance.now();
  const promptTokens = sequences.reduce((sum, { length }) => sum + length, 0);
  return {
    prefill: (promptTokens / (first - started)) * 1000,
    decode: ((sequences.length * (count - 1)) / (ended - first)) * 1000,
    drawn,
  };
}
