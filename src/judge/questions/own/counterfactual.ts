import { questionList } from './question-list.js';

export const counterfactual = questionList('counterfactual', [
  'Suppose ice were denser than liquid water, everything else unchanged. Follow the consequences through a single lake over one year, then for life on Earth, and say where your reasoning becomes a guess.',
  'Imagine that positional notation with a zero had not reached Europe before 1700. Which achievements of the seventeenth century would have been hardest to do without it, and which hardly touched?',
  'Suppose maize and potatoes had not survived their first crossings of the Atlantic. How would the population of Europe, of China and of West Africa in 1850 probably differ? Give mechanisms rather than adjectives.',
  'If cheap mechanical refrigeration had never come about, what would a city of five million look like today: where would it lie, what would be eaten in it, and which trades would exist that do not exist now?',
  'Suppose since 1900 every patent in the world had lapsed after three years. Name one industry that would probably be further along, one that would be further behind, and one for which the question makes no difference, with reasons.',
  'Imagine human beings had to sleep only every fourth day, but then for a full day and night. How would work, family, crime and architecture have arranged themselves around that?',
  'What if the transistor had come forty years later than it did, while everything that does not depend on it went on? Describe an ordinary office in 1985 in that world, and its most advanced computer.',
  'Suppose the Moon were half as far away and had always been. What would differ in the sky, the seas, the length of the day and the calendars of early civilisations? Keep apart what follows from physics and what is speculation.',
  'If the Library of Alexandria had burned down before a single scroll was copied elsewhere, what would we lack, and what would we not? Begin with how ancient texts have actually come down to us.',
  'Suppose a law that no company may have more than five hundred people had been in force everywhere since 1950. Which goods could not be had today, which would be better, and how would people have got round it?',
]);
