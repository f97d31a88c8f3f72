/** What the server says of itself; the same as `PageFacts` of the server's side. */
export interface Facts {
  readonly title: string;
  readonly votes: 'none' | 'outcomes' | 'texts';
}

export function readFacts(): Facts {
  return JSON.parse(document.body.dataset.facts ?? '') as Facts;
}
