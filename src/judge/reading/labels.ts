const noun = '(?:[Aa]ssistant|ASSISTANT|AI|[Mm]odel|[Aa]nswer|[Rr]esponse|[Cc]andidate|[Cc]hatbot|[Ss]ystem|助手|助理)';
const anyCase = (word: string) => `[${word[0]!.toUpperCase()}${word[0]}]${word.slice(1)}`;

/** What judges call the answer in a place. Letters are capitals, or "gave the assistant a 7" would name one. */
const named = (digit: string, letter: string, count: string, place: string) =>
  `(?:${noun}(?:['’]s)?\\s*(?:[Aa]nswer\\s*)?[#(]?(?:${digit}|${letter}|${anyCase(count)})(?!\\w|\\.\\d)\\)?(?:['’]s?(?![a-z]))?` +
  `|(?:[Ss]core|[Rr]ating)[ _]?${digit}(?=\\s*[:=])` +
  `|(?:[Tt]he\\s+)?${anyCase(place)}\\s+(?:AI\\s+)?${noun}(?:['’]s)?)`;

/** Sources of regular expressions, without captures, for the answer shown first and the one shown second. */
export const labels = {
  first: named('1', 'A', 'one', 'first'),
  second: named('2', 'B', 'two', 'second'),
} as const;

/** Two captures: the first is set for the answer shown first, the second for the other. */
export const eitherLabel = `(?:(${labels.first})|(${labels.second}))`;

/** Makes a line speak of scores. Words that mathematics and code use too (points, output, tuple) do not. */
export const scoreWord = /\b(?:scor(?:e|es|ed|ing)|rat(?:e|es|ed|ing|ings)|grades?)\b|\/\s*10\b|out of 10|分/i;

/** Makes a score the last word among several. */
export const finalWord = /\b(?:overall|final(?:ly)?|total|conclusion|conclude|summary)\b|总/i;
