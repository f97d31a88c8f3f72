import { questionList } from './question-list.js';

export const commonSense = questionList('common-sense', [
  "A shop closes at six. At ten to six the lights at the back are already off, but the door is open and one person is at the till. Is it all right to go in for a full week's shopping? What would change your mind either way?",
  'You find a wallet with cash on a park bench. Ten metres away a man is patting his pockets. Describe what you would do, in order, so that neither an honest nor a dishonest man comes off wrongly.',
  'Why does a recipe say "salt to taste" but never "baking powder to taste"?',
  'Two neighbours say that they heard a bang: one at "about nine", the other "right after the news had begun". The news begins at eight. Give at least four explanations that are not a lie, the likeliest first, and how you could tell which is right with a single question.',
  'A colleague replies to your long, careful message with "Noted." What can that mean, what clues beside the word itself would you look at, and what is the worst thing to do next?',
  'I freeze a full glass bottle of water upright, and beside it a half-full one lying on its side, both closed. What will I probably find tomorrow, and why might I be wrong about one of them?',
  'In a village everybody leaves the front door unlocked; in a city nobody does. Name reasons that have nothing to do with how honest people are.',
  'You have to move a sleeping baby, a hot pot of soup and an old dog from a car to a flat on the fourth floor. There is no lift and nobody to help. In what order do you go, and why?',
  'Somebody tells you that a restaurant must be bad because it is always empty, and that another must be bad because it is always full of tourists. Can both arguments be sound? What would each need in order to be?',
  'A sign beside a pond says "Thin ice". It is July. Should the sign be there? Argue briefly for both answers, and decide.',
]);
