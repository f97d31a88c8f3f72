import * as z from 'zod';
import type { Conversation, Message } from '../../conversation/index.js';
import { parseConfig, Random } from '../../core/index.js';
import {
  type IdentityLanguage,
  type IdentityTopic,
  identityLanguages,
  identityPhrases,
  identityTopics,
} from './phrases/index.js';

/** Who the assistant is to be, and how often it is asked. @public */
export interface IdentityConfig {
  /** The assistant's name, as it is to write it. */
  readonly name: string;
  /** Who made it: a company, a person. @defaultValue it is not told, and the assistant says that it does not know */
  readonly maker?: string | undefined;
  /** How many conversations. @defaultValue `500` */
  readonly count?: number | undefined;
  /** Languages they are in, evenly, as ISO 639-1 codes: de, en, es, fr, it, ja, nl, pt, ru, zh. @defaultValue `['en']` */
  readonly languages?: readonly ('de' | 'en' | 'es' | 'fr' | 'it' | 'ja' | 'nl' | 'pt' | 'ru' | 'zh')[] | undefined;
  /** Assistants that it is mistaken for, and says it is not. @defaultValue ChatGPT, GPT-4, Claude, Gemini, Llama, Vicuna */
  readonly others?: readonly string[] | undefined;
  /** Most questions of one conversation. @defaultValue `3` */
  readonly maxRounds?: number | undefined;
  /** Decides what is asked and answered. @defaultValue `0` */
  readonly seed?: number | undefined;
}

const word = z.string().trim().min(1).max(200);

/** @internal */
export const identityConfigSchema = z.strictObject({
  name: word,
  maker: word.optional(),
  count: z.int().positive().max(1_000_000).default(500),
  languages: z.array(z.enum(identityLanguages)).min(1).default(['en']),
  others: z.array(word).min(1).default(['ChatGPT', 'GPT-4', 'Claude', 'Gemini', 'Llama', 'Vicuna']),
  maxRounds: z.int().min(1).max(identityTopics.length).default(3),
  seed: z.int().default(0),
});

type Settings = z.output<typeof identityConfigSchema>;

/**
 * Conversations from which a model learns who it is: people ask for its name, its maker, whether it is somebody else's
 * assistant, what it can do, and whether it is human, in several wordings and languages. The same configuration gives the same
 * conversations. Mixed in among a few hundred times as many others, a model learns the facts and not the phrases.
 *
 * They name other assistants, which `ShareGPTCleaner` rejects by default: add them after cleaning.
 *
 * @example
 * ```ts
 * const identity = identityConversations({ name: 'Ada', maker: 'Port Ambra Library', languages: ['en', 'fr'] });
 * await writeConversations('identity.jsonl', identity).result;
 * ```
 *
 * @throws ConfigError naming every field at fault.
 * @public
 */
export function identityConversations(config: IdentityConfig): Iterable<Conversation> {
  const settings = parseConfig(identityConfigSchema, config, 'identityConversations config');
  return { [Symbol.iterator]: () => generate(settings) };
}

function* generate(settings: Settings): Generator<Conversation, void, undefined> {
  const digits = String(settings.count - 1).length;
  for (let index = 0; index < settings.count; index++) {
    const language = settings.languages[index % settings.languages.length] as IdentityLanguage;
    // A stream of its own for each: more conversations never change the ones before.
    const random = Random.fromSeed(settings.seed, `identity/${index}`);
    yield {
      id: `identity-${language}-${String(index).padStart(digits, '0')}`,
      messages: rounds(language, settings, random),
    };
  }
}

function rounds(language: IdentityLanguage, settings: Settings, random: Random): Message[] {
  const { followUps } = identityPhrases[language];
  const topics = [...identityTopics];
  const count = 1 + random.integer(settings.maxRounds);
  const messages: Message[] = [];
  for (let round = 0; round < count; round++) {
    const [topic] = topics.splice(random.integer(topics.length), 1) as [IdentityTopic];
    const { question, answer } = ask(topic, language, settings, random);
    const isFollowUp = round > 0 && random.integer(2) === 0;
    const content = isFollowUp ? filled(pick(followUps, random), { question }) : question;
    messages.push({ role: 'user', content }, { role: 'assistant', content: answer });
  }
  return messages;
}

function ask(
  topic: IdentityTopic,
  language: IdentityLanguage,
  { name, maker, others }: Settings,
  random: Random,
): { readonly question: string; readonly answer: string } {
  const { questions, answers } = identityPhrases[language];
  const facts = { name, maker, other: pick(others, random) };
  // With a maker to name, an answer that says it is not known would be a lie.
  const fitting = answers[topic].filter((answer) =>
    maker === undefined ? !answer.includes('{maker}') : topic !== 'maker' || answer.includes('{maker}'),
  );
  return { question: filled(pick(questions[topic], random), facts), answer: filled(pick(fitting, random), facts) };
}

/** In one pass, so that what is put in is never taken for a place to put something in. */
function filled(phrase: string, facts: Readonly<Record<string, string | undefined>>): string {
  return phrase.replace(/\{(\w+)\}/g, (_, key: string) => facts[key] ?? '');
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[random.integer(items.length)] as Item;
}
