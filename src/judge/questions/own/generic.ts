import { questionList } from './question-list.js';

export const generic = questionList('generic', [
  'I have three job offers: a start-up paying in shares, a ministry with a pension, and a firm abroad that pays twice as much but whose visa depends on the employer. I am 34, have one small child, and cannot compare them by salary alone. Give me a way to decide that I can carry out this weekend, and show it at work on made-up numbers.',
  'My landlord wants to replace the gas boiler by a heat pump and raise the rent for it. Which five questions should I ask before I agree, what would a good and a bad answer to each sound like, and which of them matters most?',
  'Our reading group always ends with the same two people talking. Without naming or shaming anybody, how could the next meeting be run, minute by minute, so that eight people speak about equally?',
  'I want to learn to read sheet music as an adult, with twenty minutes on five days a week. Lay out twelve weeks: what to practise, how I can tell that a week has worked, and where most people who teach themselves give up.',
  'Explain to somebody who is good with spreadsheets but has never programmed why a database is not just a large spreadsheet. Use one running example and name at least one thing the spreadsheet does better.',
  'A friend says that buying a home is always better than renting because rent is "money thrown away". Under which assumptions is that right, under which is it wrong, and how would you find out for one particular flat?',
  'I keep a kitchen garden of 4 by 6 metres in a cool, rainy climate and am away every August. What should I grow, when should I sow it, and what should I not even try?',
  'My mother is 78, lives alone and has begun to get calls from people who claim to be her bank. What can the family set up in one afternoon that protects her and does not treat her like a child?',
  'How should four friends split the costs of a week in a rented house when one brings two children, one stays for only three nights, one does all the cooking and one drives everybody? Propose a rule, work it through, and say who might find it unfair.',
  {
    turns: [
      'I have to give a five-minute speech at the retirement of a colleague whom I respect but hardly know. What should I find out beforehand, from whom, and how would you build the speech from it?',
      'All I could find out is that she has cycled to work for thirty years, once stopped a costly mistake by refusing to sign a form, and hates being praised. Write the speech, at most 350 words.',
    ],
  },
]);
