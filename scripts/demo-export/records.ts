/** Languages of the demo's conversations, as ISO 639-1 codes. */
export type Language = 'de' | 'en' | 'es' | 'fr' | 'zh';

/** One turn of a ShareGPT record: what a person typed, or the HTML of the reply on the page. */
export interface ShareGptTurn {
  readonly from: string;
  readonly value: string;
}

/** One record of a ShareGPT export. */
export interface ShareGptRecord {
  readonly id: string;
  readonly conversations: readonly ShareGptTurn[];
  readonly plugins?: readonly string[];
}
