/** What identity conversations are about. */
export const identityTopics = ['who', 'maker', 'others', 'model', 'abilities', 'human'] as const;

export type IdentityTopic = (typeof identityTopics)[number];

/**
 * How people ask in one language, and how the assistant answers. `{name}`, `{maker}` and `{other}` (another assistant's
 * name) are put in; an answer without `{maker}` also serves where no maker is told.
 */
export interface IdentityPhrases {
  readonly questions: Readonly<Record<IdentityTopic, readonly string[]>>;
  readonly answers: Readonly<Record<IdentityTopic, readonly string[]>>;
  /** Said before a further question of the same conversation. */
  readonly followUps: readonly string[];
}
