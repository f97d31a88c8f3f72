import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '../../../support/shared-data.js';

/** What a page's own DOM says about an answer. */
export interface Fragment {
  readonly id: string;
  readonly html: string;
  readonly truth: {
    readonly code: readonly {
      readonly text: string;
      readonly language: string | null;
      readonly no_code_element?: boolean;
    }[];
    readonly inline_code: readonly string[];
    readonly links: readonly { readonly href: string | null }[];
    readonly headings: readonly { readonly level: number; readonly text: string }[];
    readonly tables: readonly (readonly (readonly string[])[])[];
    readonly math: readonly string[];
    readonly list_items: readonly { readonly depth: number; readonly list: string }[];
  };
}

/** A conversation rendered from markdown that is known. */
export interface Rendered {
  readonly id: string;
  readonly conversations: readonly { readonly from: string; readonly value: string }[];
  readonly truth: readonly string[];
  readonly noise: readonly (readonly string[])[];
}

const directory = sharedData('data/sharegpt-html');

export const hasReference = directory !== undefined;

export const readReference = <T>(file: string): T =>
  JSON.parse(readFileSync(join(directory as string, file), 'utf8')) as T;
