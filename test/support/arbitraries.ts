import fc from 'fast-check';

const awkward = [
  ' ',
  '  ',
  '\n',
  '\t',
  '</s>',
  '<s>',
  '</',
  '▁',
  '<0x41>',
  '###',
  'USER: ',
  ' ASSISTANT: ',
  '👩‍👩‍👧‍👦',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  'e\u0301',
  '\ufeff',
  '\ufdd0',
  '\ufdd1\ufdef',
  '\u0000',
  '\r\n',
];

/** Any well-formed Unicode text, with a taste for what breaks tokenizers. */
export const unicodeText = fc
  .array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom(...awkward)),
  )
  .map((pieces) => pieces.join(''));

/** Any string that JavaScript can hold: halves of surrogate pairs too. */
export const anyText = fc
  .array(fc.oneof(unicodeText, fc.constantFrom('\ud83d', '\ude00')), { maxLength: 6 })
  .map((pieces) => pieces.join(''));
