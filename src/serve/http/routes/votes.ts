import { VicunaError } from '../../../core/index.js';
import { Pseudonyms, type ResolvedVotesConfig, VoteLog } from '../../votes/index.js';
import { RequestError } from '../errors.js';
import type { Exchange } from '../exchange/exchange.js';
import { parseRequest } from '../requests/parse.js';
import { type VoteRequest, voteRequestSchema } from '../requests/vote.js';

/** Answers `POST /v1/votes`: keeps a vote, and says when it came. */
export type VoteRoute = (body: unknown, exchange: Exchange) => Promise<Response>;

/** @throws VicunaError `file-unwritable` or DataError where the file cannot take votes. */
export async function createVoteRoute({ path, keepTexts }: ResolvedVotesConfig): Promise<VoteRoute> {
  const log = await VoteLog.open(path);
  const pseudonyms = new Pseudonyms();
  return async (body, exchange) => {
    const { user, ...vote } = parseRequest(voteRequestSchema, body);
    assertVote(vote, keepTexts);
    const at = new Date().toISOString();
    try {
      await log.append({ ...vote, voter: pseudonyms.of(exchange.keyHash, user), at });
    } catch (error) {
      if (VicunaError.isInstance(error) && error.code === 'overloaded') throw error;
      // Where the file is and what ails it is the operator's business: the log has the cause.
      throw new RequestError(503, 'The vote could not be kept. Try again later.', {
        code: 'file-unwritable',
        cause: error,
      });
    }
    return Response.json({ object: 'vote', at });
  };
}

function assertVote({ models, prompt, answers }: Omit<VoteRequest, 'user'>, keepTexts: boolean): void {
  if (models.a === models.b) throw new RequestError(400, 'models: must be two different models.', { param: 'models' });
  const texts = [prompt !== undefined && 'prompt', answers !== undefined && 'answers'].filter(Boolean) as string[];
  if (!keepTexts && texts.length > 0)
    throw new RequestError(400, `Texts are not kept here: leave out ${texts.join(' and ')}.`, { param: texts[0] });
}
