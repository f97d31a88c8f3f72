import type { Conversation } from '../../conversation/index.js';
import { ConfigError } from '../../core/index.js';
import type { LanguageFilter } from './config.js';
import { proseOf } from './prose.js';

/** Says whether a conversation's language is one that stays, and which it is. */
export interface LanguageJudge {
  /** @returns what to tell of a conversation that goes, `undefined` for one that stays. */
  objection(conversation: Conversation): string | undefined;
}

/** Enough text to be sure, little enough not to spend more on it than on all else. */
const enoughCharacters = 4000;

/**
 * Loads the language detector, if a filter needs it.
 *
 * @throws ConfigError where a code is none of the languages that can be told.
 */
export async function createLanguageJudge(filter: LanguageFilter): Promise<LanguageJudge | undefined> {
  if (filter === 'all') return undefined;
  const { known, detect } = await loadLanguageDetector();
  const field = 'keep' in filter ? 'keep' : 'skip';
  const listed: readonly string[] = 'keep' in filter ? filter.keep : filter.skip;
  const unknown = listed.flatMap((code, index) => (known.includes(code) ? [] : [{ code, index }]));
  if (unknown.length > 0)
    throw new ConfigError(
      'ShareGPTCleaner config',
      unknown.map(({ code, index }) => ({
        path: `languages.${field}.${index}`,
        message: `"${code}" is not a language that can be told; there are ${[...known].sort().join(', ')}`,
      })),
    );
  return {
    objection(conversation) {
      const language = detect(conversation);
      const stays = listed.includes(language) === (field === 'keep');
      if (stays) return undefined;
      return language === '' ? 'its language cannot be told' : `its language is ${language}`;
    },
  };
}

/** Tells which language a conversation is in. */
export interface LanguageDetector {
  /** The languages that can be told, as ISO 639-1 codes. */
  readonly known: readonly string[];
  /** @returns the code, judged on the words of all messages without their code; empty where it cannot be told. */
  detect(conversation: Conversation): string;
}

/** Loads the detector's tables, which take some megabytes and half a second. */
export async function loadLanguageDetector(): Promise<LanguageDetector> {
  const { eld } = await import('eld/small');
  return {
    known: Object.values(eld.info().Languages),
    detect: (conversation) => eld.detect(sample(conversation)).language,
  };
}

/** Text of every message in turn, so that a long first one does not speak for all. */
function sample({ messages }: Conversation): string {
  const share = Math.max(200, Math.floor(enoughCharacters / messages.length));
  return messages
    .filter(({ role }) => role !== 'system')
    .map(({ content }) => proseOf(content.slice(0, 4 * share)).slice(0, share))
    .join('\n')
    .slice(0, enoughCharacters);
}
