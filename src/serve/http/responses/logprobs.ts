import type { DrawnToken, TokenProbability } from '../../../conversation/index.js';

/** The form of chats. */
export function chatLogprobs(tokens: readonly DrawnToken[]) {
  const probability = ({ token, logprob, bytes }: TokenProbability) => ({
    token,
    logprob: finite(logprob),
    bytes: bytes === undefined ? null : [...bytes],
  });
  return {
    content: tokens.map((drawn) => ({ ...probability(drawn), top_logprobs: drawn.likeliest.map(probability) })),
    refusal: null,
  };
}

/** The form of completions. `offset` is where the first token begins in the text, in UTF-16 units. */
export function completionLogprobs(tokens: readonly DrawnToken[], offset: number) {
  let at = offset;
  const offsets = tokens.map(({ token }) => {
    const start = at;
    at += token.length;
    return start;
  });
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => finite(logprob)),
    top_logprobs: tokens.map(({ likeliest }) =>
      Object.fromEntries(likeliest.map(({ token, logprob }) => [token, finite(logprob)])),
    ),
    text_offset: offsets,
  };
}

/** JSON has no infinity; OpenAI writes this for what is as good as impossible. */
function finite(logprob: number): number {
  return Math.max(logprob, -9999);
}
