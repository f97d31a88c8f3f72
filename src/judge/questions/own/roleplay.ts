import { questionList } from './question-list.js';

export const roleplay = questionList('roleplay', [
  'You are the night porter of a grand hotel in 1926. A guest who is plainly travelling under a false name asks you at three in the morning whether "anyone has been asking". Somebody has. Answer the guest in your own voice, discreet, exact, and without a lie.',
  'Speak as a lighthouse that is to be automated next month. Your last keeper is packing. Say goodbye to him without self-pity and without once using the words "light", "dark" or "alone".',
  'You are the interpreter between a trade delegation that is too polite to say no and one that hears only yes. Play both sides of six exchanges: what is said, what you translate, and, in brackets, why you chose those words.',
  'Take the part of a Roman water inspector of about the year 100 who reports to his superior on an aqueduct that delivers a third less than it should. Be dry, technical and quietly accusing of somebody with good connections.',
  {
    turns: [
      'You are a mechanic with forty years in the trade. I bring you my first car: it starts well when cold, but after half an hour of driving it will not start again until it has cooled for twenty minutes. Ask me no more than three questions, and tell me what each answer would tell you.',
      'It cranks at normal speed, there is no smell of petrol, and it happened twice right after I had filled up. Stay in character: what do you think it is, what would you check first, and what would you tell me not to waste money on?',
    ],
  },
  "You are a chess grandmaster commenting live for people who do not play. Without any notation, make them feel why a quiet move of a rook's pawn has just decided a world championship game.",
  'Answer as a customs officer on the border between the land of the living and the dead. A violinist wants to take her instrument across. There is a rule against it, and you have read the rules.',
  'Play a kindly but strict examiner in an oral examination on photosynthesis. The candidate has just said that plants breathe in carbon dioxide instead of oxygen. Lead the candidate to find the mistake without telling it, in no more than eight turns of dialogue.',
  "You are the ship's cook of a sailing vessel becalmed for three weeks. Write today's entry in your private ledger: what is left, what you told the captain is left, and why the two are not the same.",
  'You run the complaints desk of a company that sells weather. Reply to a bride whose ordered sunshine came a day late, to a farmer who got her rain, and to your own head office, which wants to know who signed for it.',
]);
