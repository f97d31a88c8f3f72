import fc from 'fast-check';
import { escapeHtml } from './page.js';
import { characters, type ShownCharacter } from './read-markdown.js';

/** Inline content of a reply. */
export type InlineTree =
  | { readonly name: 'text' | 'code'; readonly text: string }
  | { readonly name: 'strong' | 'em' | 'del' | 'a'; readonly children: readonly InlineTree[] };

/** Text that is likely to be taken for markup. */
const treacherous = fc.constantFrom(
  ...'a,word, ,*,**,***,_,__,~,~~,`,``,```,<,>,&,&amp;,<b>,</b>,<br>,[,],(,),](,[a](b),!,![,\\,\\*,#,# ,- ,+ ,1. ,12) '.split(
    ',',
  ),
  ...'---,===,> ,|,| a |,|---|,:,",.,，,。,：,“,”,中,é,🙂,$,$x$,\n,http://a.b,<http://a.b>,a@b.c,&#65;,5,  ,{,=,~~~,-,+,[^1],[a]: b'.split(
    ',',
  ),
);
const text = fc.array(treacherous, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));

export const inlineTrees: fc.Arbitrary<readonly InlineTree[]> = fc.array(
  fc.letrec<{ tree: InlineTree }>((tie) => {
    const plain = text.map((value): InlineTree => ({ name: 'text', text: value }));
    return {
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        plain,
        plain,
        text.map((value): InlineTree => ({ name: 'code', text: value })),
        fc.array(plain, { minLength: 1, maxLength: 2 }).map((children): InlineTree => ({ name: 'a', children })),
        fc
          .tuple(fc.constantFrom('strong', 'em', 'del'), fc.array(tie('tree'), { minLength: 1, maxLength: 4 }))
          .map(([name, children]): InlineTree => ({ name, children })),
      ),
    };
  }).tree,
  { minLength: 1, maxLength: 5 },
);

export function toHtml(tree: InlineTree): string {
  if (tree.name === 'text') return escapeHtml(tree.text);
  if ('text' in tree) return `<code>${escapeHtml(tree.text)}</code>`;
  const start = tree.name === 'a' ? 'a href="http://x.y/z"' : tree.name;
  return `<${start}>${tree.children.map(toHtml).join('')}</${tree.name}>`;
}

/** What a browser shows of it, character by character. */
export function shownCharacters(tree: InlineTree, around: readonly string[] = []): ShownCharacter[] {
  if ('text' in tree) return characters(tree.text, tree.name === 'code' ? [...around, 'code'] : around);
  return tree.children.flatMap((child) => shownCharacters(child, [...around, tree.name]));
}
