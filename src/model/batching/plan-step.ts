/**
 * Shares a step's tokens among sequences. Whoever waits for a single token gets it: replies go on in every step. What is
 * left is shared equally by the others, and what one of them does not need goes to the rest.
 *
 * @param pending - tokens that each sequence has to compute, at least one; at most `stepTokens` sequences.
 * @returns how many each computes in this step, at least one and at most `stepTokens` together.
 */
export function planStep(pending: readonly number[], stepTokens: number): number[] {
  const counts = pending.map(() => 1);
  let left = stepTokens - pending.length;
  const prompts = [...pending.keys()].sort((a, b) => pending[a]! - pending[b]!);
  for (const [place, index] of prompts.entries()) {
    const more = Math.min(pending[index]! - 1, Math.floor(left / (prompts.length - place)));
    counts[index]! += more;
    left -= more;
  }
  return counts;
}
