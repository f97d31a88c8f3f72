import type { DrawnToken, TokenProbability } from '../../conversation/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { LikelyToken } from '../sampling/log-probabilities.js';
import type { Draw } from '../sampling/sampler.js';
import type { VocabularyBytes } from '../sampling/vocabulary.js';

/** Shows what was drawn. @param bytesOf - of each token by id. */
export function describeDraw(
  { token, probability }: Draw,
  tokenizer: Tokenizer,
  bytesOf: VocabularyBytes,
): DrawnToken | undefined {
  if (probability === undefined) return undefined;
  const describe = ({ token: id, logprob }: LikelyToken): TokenProbability => {
    const bytes = bytesOf[id];
    if (bytes === undefined) return { token: tokenizer.idToToken(id) ?? '', logprob };
    return { token: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), logprob, bytes: [...bytes] };
  };
  return { ...describe({ token, logprob: probability.logprob }), likeliest: probability.likeliest.map(describe) };
}
