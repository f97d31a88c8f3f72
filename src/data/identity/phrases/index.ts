import { english } from './english.js';
import type { IdentityPhrases } from './form.js';
import { dutch, german } from './germanic.js';
import { chinese, japanese, russian } from './others.js';
import { french, italian, portuguese, spanish } from './romance.js';

export { type IdentityPhrases, type IdentityTopic, identityTopics } from './form.js';

/** By ISO 639-1 code. */
export const identityPhrases = {
  de: german,
  en: english,
  es: spanish,
  fr: french,
  it: italian,
  ja: japanese,
  nl: dutch,
  pt: portuguese,
  ru: russian,
  zh: chinese,
} as const satisfies Readonly<Record<string, IdentityPhrases>>;

export type IdentityLanguage = keyof typeof identityPhrases;

export const identityLanguages = Object.keys(identityPhrases) as IdentityLanguage[];
