import type { Reply, VoteOutcome } from '../conversations/conversation.js';
import { newIdentifier } from '../identifier.js';
import { safeStorage } from '../storage.js';
import type { Client } from './client.js';

const voterKey = 'vicuna-chat-voter';

/** @param prompt - what was asked, where the server keeps texts. */
export async function sendVote(
  client: Client,
  { answers }: Reply,
  outcome: VoteOutcome,
  prompt: string | undefined,
): Promise<void> {
  const [a, b] = answers;
  if (b === undefined) throw new TypeError('A vote needs two answers.');
  const texts = prompt === undefined ? {} : { prompt, answers: { a: a.text, b: b.text } };
  const body = { models: { a: a.model, b: b.model }, outcome, user: voter(), ...texts };
  await client.request('v1/votes', { body });
}

/** A random name of this browser, so that the votes of several people behind one key are told apart. */
function voter(): string {
  const storage = safeStorage('localStorage');
  const kept = storage.read(voterKey);
  if (kept !== undefined && /^[0-9a-f]{24}$/.test(kept)) return kept;
  const made = newIdentifier();
  storage.write(voterKey, made);
  return made;
}
