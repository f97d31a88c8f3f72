import { type Vote, voteSchema } from '../../conversation/index.js';
import { type CallOptions, DataError, type Run, startRun } from '../../core/index.js';
import { type BadJsonRecord, readJson } from '../../io/index.js';

/** What reading a vote log came to. @public */
export interface ReadVotesReport {
  /** Votes that were read. */
  readonly votes: number;
  /** Whether the last line breaks off: it was being written, or its writer was killed. It is no vote. */
  readonly torn: boolean;
}

/**
 * Reads the vote log of a chat page: JSON Lines, a {@link Vote} a line, one in memory at a time.
 *
 * ```json
 * {"models":{"a":"vicuna-13b","b":"alpaca-13b"},"outcome":"a","voter":"7f3a","at":"2023-04-03T12:00:00Z"}
 * ```
 *
 * @param path - of the log, gzip allowed.
 * @throws VicunaError `file-unreadable`.
 * @throws DataError at the first line that is no vote, naming it and the field.
 * @public
 */
export function readVotes(path: string, options: Pick<CallOptions, 'signal'> = {}): Run<Vote, ReadVotesReport> {
  return startRun(async function* (signal) {
    let votes = 0;
    let torn: BadJsonRecord | undefined;
    for await (const item of readJson(path, { form: 'lines', signal })) {
      if (torn !== undefined) throw badLine(torn);
      if (item.type === 'record') {
        votes++;
        yield parseVote(item.value, path, item.location.line);
      } else if (item.problem === 'cut-off') torn = item;
      else throw badLine(item);
    }
    return { votes, torn: torn !== undefined };
  }, options);
}

function badLine({ location, message }: BadJsonRecord): DataError {
  return new DataError(location, `${message}. Each line must be a vote; mend or remove this one.`);
}

function parseVote(value: unknown, file: string, line: number | undefined): Vote {
  const parsed = voteSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the vote'}: ${message}`);
  const location = { file, ...(line !== undefined && { line }) };
  throw new DataError(location, `is no vote (${problems.join('; ')}). Mend or remove this line.`);
}
