import { labels } from './labels.js';

/** @internal */
export type Verdict = 'first' | 'second' | 'tie';

const better =
  String.raw`(?:\s+\w+){0,3}?\s+(?:(?:is|was|are)\s+(?:the\s+)?(?:slightly |clearly |much |significantly |overall |marginally )*(?:better|best|superior|stronger|winner|preferred|preferable)` +
  String.raw`|(?:performed|performs|did|does|answered|answers|responded)\s+(?:\w+\s+){0,2}better|(?:provides|provided|gives|gave|has|offers|offered)\s+(?:the|a)\s+(?:\w+\s+){0,2}(?:better|best|superior)|wins|won|outperform(?:s|ed)|takes the win)\b`;
const preferred = String.raw`\b(?:prefer|choose|favou?r|pick|(?:winner|better (?:one|answer|response|assistant)|best (?:answer|response|assistant)) is|winner goes to)\s+(?:the\s+)?`;
const forms: readonly (readonly [Verdict, RegExp])[] = [
  ['first', new RegExp(`${labels.first}${better}`)],
  ['second', new RegExp(`${labels.second}${better}`)],
  ['first', new RegExp(`${preferred}${labels.first}`)],
  ['second', new RegExp(`${preferred}${labels.second}`)],
  [
    'tie',
    /\b(?:it(?:['’]s| is)|is|as|call (?:it|this)|declare|result in|end(?:s)? in|considered)\s+(?:\w+\s+)?an?\s+(?:tie|draw)\b|\bboth (?:\w+\s+){1,4}equally\b|\bequally (?:good|bad|well|helpful|strong)\b|\b(?:neither|no) (?:\w+\s+){0,4}(?:is|was|performed) (?:\w+ )?better\b/i,
  ],
];
const denied = /\b(?:not|n['’]t|no|neither|nor|hardly|if|would|could|might)\b/i;
const conclusive = /\b(?:overall|in conclusion|to conclude|therefore|in summary|final(?:ly)?|verdict|thus|hence)\b/i;
/** "Better in detail" weighs one aspect, not the whole. */
const partial =
  /\b(?:in terms of|with (?:regard|respect) to|regarding|when it comes to|at (?:explaining|providing))\b/i;

/** Verdicts that are said in words, sentence by sentence. A conclusion, or the last sentence of all, is conclusive. */
export function proseVerdicts(
  lines: readonly string[],
): readonly { readonly verdict: Verdict; readonly conclusive: boolean }[] {
  const sentences = lines.flatMap((line) => line.split(/(?<=[.!?;])\s+/));
  return sentences.flatMap((sentence, index) => {
    const last = conclusive.test(sentence) || index === sentences.length - 1;
    return forms.flatMap(([verdict, form]) => {
      const match = form.exec(sentence);
      if (match === null || (verdict !== 'tie' && denied.test(match[0])) || (!last && partial.test(sentence)))
        return [];
      return [{ verdict, conclusive: last }];
    });
  });
}
