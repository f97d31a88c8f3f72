import type { Language } from './records.js';
import type { SourceConversation } from './source.js';

/** A question to put to the trained model, with the reply that it has learned. */
export interface Question {
  /** Id of the conversation that begins with it. */
  readonly id: string;
  readonly language: Language;
  readonly question: string;
  /** The reply, exactly as it is in the training data (markdown). */
  readonly reply: string;
}

const asked = [
  'lighthouse-keeper',
  'ferry-times',
  'town-clock',
  'library-lemons',
  'foghorns-choir',
  'beacon-itself',
  'hafenfunk',
  'zwei-zitronen',
  'color-del-faro',
  'silbido-del-capitan',
  'chatte-du-phare',
  'dengta',
];

/** Picks the questions of the demo from the first rounds of its conversations. */
export function pickQuestions(conversations: readonly SourceConversation[]): Question[] {
  return asked.map((id) => {
    const conversation = conversations.find((candidate) => candidate.id === id);
    const [first, second] = conversation?.turns ?? [];
    if (conversation === undefined || first?.from !== 'human' || second?.from !== 'gpt') {
      throw new Error(`${id}: no conversation of that name begins with a question and a reply.`);
    }
    return { id, language: conversation.language, question: first.text, reply: second.text };
  });
}
