import { questionList } from './question-list.js';

export const knowledge = questionList('knowledge', [
  'Why do clocks on GPS satellites have to be corrected for both special and general relativity, in which direction does each effect go, and how large would the error on the ground become within a day if nobody corrected it?',
  "What is the difference between a vaccine's efficacy in a trial and its effectiveness in the field, and how can the latter look as if it were negative although the vaccine works?",
  'Bronze came before iron nearly everywhere although iron ore is far more common. Explain the metallurgy behind that, and one place where the order was different.',
  "How does a central bank's purchase of government bonds differ from printing banknotes and handing them out? Follow the balance sheets of the central bank, a commercial bank and a pension fund through one such purchase.",
  'Explain why Arabic, Hebrew and Phoenician scripts could do with hardly any vowels while Greek could not, and what that says about how writing fits a language.',
  'What makes antibiotic resistance spread between species of bacteria, and why does it often not vanish when an antibiotic is no longer used, even though resistance has a cost?',
  'Describe how the Bretton Woods system kept exchange rates fixed, the dilemma that Robert Triffin saw in it, and what finally happened between 1968 and 1973.',
  'Why are the tides on opposite coasts of the same ocean often not simultaneous, and why do some places have one high tide a day and others two?',
  'What did the Peace of Westphalia actually settle, and which of the ideas that are commonly credited to it do historians now think it did not contain?',
  'How does public-key cryptography let two strangers agree on a secret over a line that is being listened to, what would a large quantum computer break about that and what not, and what is replacing it?',
]);
