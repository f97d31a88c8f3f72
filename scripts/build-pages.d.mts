export interface GeneratedPage {
  /** Relative to the checkout. */
  path: string;
  content: string;
}

export declare function bundlePages(): Promise<GeneratedPage[]>;
