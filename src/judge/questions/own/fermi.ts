import { questionList } from './question-list.js';

export const fermi = questionList('fermi', [
  'Estimate how far all the hair that grows on all heads in Tokyo within one second would reach if it were laid end to end. State each quantity you assume, and how far off you think each may be.',
  'What does the air in a large concert hall weigh, and is that more or less than the audience? Work it out from dimensions that you can defend.',
  'How many litres of paint would it take to renew every road marking in a country of sixty million people once? Reach the figure in two independent ways and say why they differ.',
  'Estimate the mass of rubber that wears off the tyres of all cars in the world in a year. Check the result against something else that you know.',
  "Which weighs more: all domestic cats on Earth, or all the books in the world's libraries? Show the steps, and say how sure you are of the order.",
  "Could the rain that falls on the roofs of a city of one million flush that city's toilets all year? Pick a climate, estimate both sides, and say what would tip the balance.",
  'About how many people are in the air, in aeroplanes, at this moment? Start from something other than the number of flights a day, then compare with that.',
  'How much longer does a day become, if at all, because mankind has filled reservoirs behind dams? Estimate the order of magnitude with nothing but the mass of the water, its height and the size of the Earth.',
  "How many keys have been pressed to write a large operating system's source code, counting all that was later deleted? Give a low, a likely and a high figure and the one assumption that moves it most.",
  {
    turns: [
      'A standard twenty-foot shipping container is filled with rice. For how long could it feed a village of five hundred? Show your estimate with its units.',
      'Now the container is to be carried to the village, forty kilometres on footpaths, by people who eat from the load. How much arrives, and at what distance would nothing arrive at all?',
    ],
  },
]);
