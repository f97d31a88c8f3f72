import { questionList } from './question-list.js';

export const writing = questionList('writing', [
  'Write an obituary of about 250 words for a small-town cinema. It should make a stranger sorry, contain one joke, and never say that times have changed.',
  "Write a letter in which a school tells parents that the swimming trip is cancelled because the supervision was not ensured, which is the school's own fault. Be plain, take the blame, offer one real remedy, and keep it under 180 words.",
  {
    turns: [
      'Write a sonnet in strict iambic pentameter, rhymed abab cdcd efef gg, about a software update that nobody asked for.',
      'Turn it into a dry paragraph of release notes of at most 80 words that says the same, feelings included, without a single metaphor.',
    ],
  },
  'Describe the same kitchen twice, in 120 words each: first as seen by a man who has just been left there, then by the woman who is to move in next week. Neither person may be mentioned, and no object may appear in only one of the two.',
  'Write the opening page of a detective novel in which the crime is the theft of a single comma. The tone is serious throughout.',
  'Draft the notice for a museum case that holds an ordinary plastic fork, for visitors three hundred years from now. At most 150 words: what it was, what it was for, and what it tells about those who used it, with one confident mistake.',
  'A local council wants to turn a car park into a small wood. Write two leading articles of 200 words, one for and one against, that are equally fair to the other side and equally hard to answer.',
  'Write a dialogue of no more than thirty lines between a father and his grown daughter in which they agree to sell the family house. Neither may mention the house, and both must have changed their minds by the end.',
  'Explain compound interest in a fable of about 300 words, in the manner of Aesop, with animals that act on plausible motives, numbers that are right, and a moral that is not "save early".',
  'Write a speech of two minutes for the best man of a wedding at which the bride is a judge, the groom has been late for everything in his life, this day included, and the sound system has just failed.',
]);
