import { badRecord } from '../../conversation/index.js';
import { CleanTally, type KnownConversations, type Objection, type Reject, settle } from '../cleaner/index.js';
import { noCounts, type PrepareCounts } from './counts.js';
import type { Candidate, PreparedRecord, Product } from './protocol.js';
import type { ShardWriter } from './shard.js';

/** What is settled in the order of the input: which conversations are duplicates of earlier ones. */
export interface Settlement {
  readonly known: KnownConversations;
  readonly onBadRecord: 'throw' | 'skip';
}

/**
 * Writes what came of one record into a shard: the decision that `ShareGPTCleaner.clean` would have made here.
 *
 * @param bytes - of the batch it belongs to.
 * @throws DataError for a damaged record, unless those are left out.
 */
export async function settleRecord(
  record: PreparedRecord,
  bytes: Uint8Array,
  shard: ShardWriter,
  { known, onBadRecord }: Settlement,
): Promise<void> {
  const counts = noCounts();
  counts.read.records = 1;
  if ('skipped' in record) {
    const { skipped } = record;
    if (skipped.bad && onBadRecord === 'throw') throw badRecord(skipped);
    const { reason, location, message } = skipped;
    const { id, ...place } = location;
    await shard.addReject({ ...(id !== undefined && { id }), stage: 'read', reason, detail: message, location: place });
    shard.count({ ...counts, read: { ...counts.read, skipped: { [reason]: 1 } } });
    return;
  }
  counts.read.conversations = record.conversations.length;
  shard.count(counts);
  for (const { turns, characters, outcome } of record.conversations) {
    const cleaned = { ...new CleanTally().report(), read: 1, characters: { read: characters, kept: 0 } };
    const reject = 'reject' in outcome ? outcome.reject : await settleCandidate(outcome, shard, known);
    if (reject !== undefined) {
      await shard.addReject(lineOf(reject));
      const rejected = { ...cleaned.rejected, [reject.reason]: 1 };
      shard.count({ ...noCounts(), cleaned: { ...cleaned, rejected } });
    } else if ('product' in outcome) {
      // What nothing was said against has been produced.
      const product = outcome.product!;
      await writeProduct(product, bytes, shard);
      shard.count(countsOf(product, turns, characters));
    }
  }
}

async function settleCandidate(
  { print, location, plugins, filters }: Candidate,
  shard: ShardWriter,
  known: KnownConversations,
): Promise<Reject | undefined> {
  const before = known.size;
  const objection: Objection | undefined = settle(print, known, { plugins, filters: () => filters });
  if (known.size > before) await shard.addKnown(print);
  if (objection === undefined) return undefined;
  const [reason, detail] = objection;
  return { id: print.id, reason, detail, location };
}

async function writeProduct(product: Product, bytes: Uint8Array, shard: ShardWriter): Promise<void> {
  const { examples, conversations, losses } = product;
  await shard.addExamples(bytes.subarray(examples.start, examples.end));
  await shard.addConversations(bytes.subarray(conversations.start, conversations.end));
  for (const loss of losses) await shard.addReject(loss);
}

function countsOf(product: Product, turns: number, characters: number): PrepareCounts {
  const { messages, scrubbed, segmented, supervised } = product;
  const counts = noCounts();
  const cleaned = {
    ...counts.cleaned,
    read: 1,
    kept: 1,
    turns: messages,
    trimmedTurns: turns - messages,
    characters: { read: characters, kept: product.characters },
  };
  return { ...counts, cleaned, scrubbed, segmented, supervised };
}

function lineOf({ id, reason, detail, location }: Reject) {
  return { id, stage: 'clean', reason, detail, location } as const;
}
