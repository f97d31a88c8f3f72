import type { Conversation } from '../../conversation/index.js';
import { parseConfig } from '../../core/index.js';
import { type ScrubConfig, scrubConfigSchema } from './config.js';
import { findEmails } from './email.js';
import { findIbans } from './iban.js';
import {
  type Detector,
  type Finding,
  type PersonalDataCounts,
  type PersonalDataKind,
  personalDataKinds,
} from './kinds.js';
import { findIpAddresses } from './network.js';
import { findPaymentCards } from './payment-card.js';
import { findPhones } from './phone.js';
import { findApiKeys, findPrivateKeys, findUrlPasswords } from './secrets.js';
import { findSocialSecurityNumbers } from './us-ssn.js';

/** Where two findings overlap, the kind that comes first here has it: a card is no phone, a password no e-mail address. */
const detectors: readonly (readonly [PersonalDataKind, Detector])[] = [
  ['private-key', findPrivateKeys],
  ['api-key', findApiKeys],
  ['password', findUrlPasswords],
  ['e-mail', findEmails],
  ['iban', findIbans],
  ['payment-card', findPaymentCards],
  ['us-ssn', findSocialSecurityNumbers],
  ['ip-address', findIpAddresses],
  ['phone', findPhones],
];

/** A text without personal data. @public */
export interface ScrubbedText {
  /** With placeholders. */
  readonly text: string;
  /** What was replaced, by kind. */
  readonly found: PersonalDataCounts;
}

/** A conversation without personal data; the very same object where there was none. @public */
export interface ScrubbedConversation {
  /** With placeholders. */
  readonly conversation: Conversation;
  /** What was replaced, by kind. */
  readonly found: PersonalDataCounts;
}

/** Replaces personal data. It keeps nothing of what it saw, and may be used in any thread. @public */
export interface Scrubber {
  /** Scrubs one text by itself. */
  scrubText(text: string): ScrubbedText;
  /** Scrubs messages and the texts of metadata. Equal values get equal placeholders throughout; ids stay. */
  scrubConversation(conversation: Conversation): ScrubbedConversation;
}

/**
 * A function-sized scrubber for use in a pipeline of one's own; {@link scrubPersonalData} is the stage.
 *
 * @throws ConfigError
 *
 * @example
 * ```ts
 * createScrubber().scrubText('Write to ann@mail.net').text; // 'Write to [e-mail]'
 * ```
 *
 * @public
 */
export function createScrubber(config: ScrubConfig = {}): Scrubber {
  const settings = parseConfig(scrubConfigSchema, config, 'scrubPersonalData config');
  const wanted = detectors.filter(([kind]) => settings.kinds.includes(kind));

  function scrubberOfOne() {
    const numbers = new Map<string, number>();
    const counts = new Map<PersonalDataKind, number>();
    const found = noPersonalData();
    const placeholderOf = (kind: PersonalDataKind, value: string): string => {
      const word = settings.placeholders[kind] ?? kind;
      const key = `${kind} ${canonical(kind, value)}`;
      const number = numbers.get(key) ?? (counts.get(kind) ?? 0) + 1;
      if (!settings.numbered || number === 1) {
        counts.set(kind, Math.max(counts.get(kind) ?? 0, 1));
        numbers.set(key, 1);
        return `[${word}]`;
      }
      counts.set(kind, Math.max(counts.get(kind) ?? 0, number));
      numbers.set(key, number);
      return `[${word} ${number}]`;
    };
    const scrub = (text: string): string => {
      const findings = withoutOverlaps(wanted.flatMap(([, find]) => [...find(text, settings)]));
      if (findings.length === 0) return text;
      let scrubbed = '';
      let end = 0;
      for (const finding of findings) {
        found[finding.kind]++;
        scrubbed +=
          text.slice(end, finding.start) + placeholderOf(finding.kind, text.slice(finding.start, finding.end));
        end = finding.end;
      }
      return scrubbed + text.slice(end);
    };
    return { scrub, found };
  }

  return {
    scrubText(text) {
      const { scrub, found } = scrubberOfOne();
      return { text: scrub(text), found };
    },
    scrubConversation(conversation) {
      const { scrub, found } = scrubberOfOne();
      const messages = conversation.messages.map((message) => ({ ...message, content: scrub(message.content) }));
      const metadata = conversation.metadata && (withTexts(conversation.metadata, scrub) as Conversation['metadata']);
      if (Object.values(found).every((count) => count === 0)) return { conversation, found };
      return { conversation: { ...conversation, messages, ...(metadata && { metadata }) }, found };
    },
  };
}

export function noPersonalData(): Record<PersonalDataKind, number> {
  return Object.fromEntries(personalDataKinds.map((kind) => [kind, 0])) as Record<PersonalDataKind, number>;
}

/** Findings in the order of the text; of two that overlap, the one that was found by the earlier detector. */
function withoutOverlaps(findings: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = [];
  const inOrder = findings
    .map((finding, rank) => ({ finding, rank }))
    .sort((a, b) => a.finding.start - b.finding.start);
  let last: (typeof inOrder)[number] | undefined;
  for (const next of inOrder) {
    if (last === undefined || next.finding.start >= last.finding.end) kept.push(next.finding);
    else if (next.rank < last.rank) kept[kept.length - 1] = next.finding;
    else continue;
    last = next;
  }
  return kept;
}

/** The same address in other case, the same number with other spaces. */
function canonical(kind: PersonalDataKind, value: string): string {
  if (kind === 'e-mail') return value.toLowerCase();
  return kind === 'phone' || kind === 'payment-card' || kind === 'iban' ? value.replace(/[^A-Z\d]/g, '') : value;
}

/** A JSON value with every text in it changed; names of fields stay. */
function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => withTexts(item, change));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withTexts(field, change)]));
}
