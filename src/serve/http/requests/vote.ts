import * as z from 'zod';

const name = z.string().min(1).max(256);

/** The body of `POST /v1/votes`. The server adds when it came and a pseudonym of who it is from. */
export const voteRequestSchema = z.strictObject({
  models: z.strictObject({ a: name, b: name }).describe('Ids of two different models, a the one shown first.'),
  outcome: z.enum(['a', 'b', 'tie', 'both-bad']),
  question: name.optional().describe('Id of the question, where it belongs to a question set.'),
  user: name.optional().describe('Who votes, where several people use one key. Only a pseudonym of it is kept.'),
  prompt: z.string().optional().describe('What was asked. Only where the server keeps texts.'),
  answers: z.strictObject({ a: z.string(), b: z.string() }).optional().describe('Only where the server keeps texts.'),
});

export type VoteRequest = z.output<typeof voteRequestSchema>;
