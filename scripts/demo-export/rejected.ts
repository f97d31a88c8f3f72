import type { ShareGptRecord, ShareGptTurn } from './records.js';
import { renderReply } from './reply.js';

/**
 * Why a record must not be trained on. The first seven are FastChat's reasons, in its order; the last three belong to
 * filters one asks for.
 */
export type RejectReason =
  | 'too-short'
  | 'wrong-format'
  | 'blocked-words'
  | 'blocked-response'
  | 'duplicate-id'
  | 'plugins'
  | 'duplicate-text'
  | 'list-numbering'
  | 'repetition'
  | 'language';

/** A record that is bad on purpose, and only in one way. */
export interface RejectedRecord {
  readonly reason: RejectReason;
  /** Id of the conversation that it follows in the export. */
  readonly after: string;
  readonly record: ShareGptRecord;
}

const human = (value: string): ShareGptTurn => ({ from: 'human', value });
const gpt = (...reply: Parameters<typeof renderReply>): ShareGptTurn => ({ from: 'gpt', value: renderReply(...reply) });

/** The bad records of the export. */
export const rejectedRecords: readonly RejectedRecord[] = [
  {
    reason: 'too-short',
    after: 'seventh-loaf',
    record: { id: 'just-hello', conversations: [human('Hi'), gpt('Hello!', '2023-03')] },
  },
  {
    reason: 'too-short',
    after: 'sonntagsboot',
    record: { id: 'no-reply', conversations: [human('Is anybody at the harbour office this late?')] },
  },
  {
    // The first reply never came, so the conversation ends before it began.
    reason: 'too-short',
    after: 'town-clock',
    record: {
      id: 'reply-lost',
      conversations: [
        human('Could you list every boat that is moored tonight?'),
        gpt('', '2023-11', 'en', ['empty-reply']),
        human('Are you still there?'),
        gpt('Yes. The line was down, the boats were not. Please ask me again.', '2023-11'),
      ],
    },
  },
  {
    reason: 'wrong-format',
    after: 'ferry-captain',
    record: {
      id: 'asked-twice',
      conversations: [
        human('Does the ferry take horses?'),
        human('Small ones, I mean. Ponies.'),
        gpt('One pony at a time, on the noon boat, with straw and a friend.', '2024-06'),
      ],
    },
  },
  {
    reason: 'wrong-format',
    after: 'color-del-faro',
    record: {
      id: 'unknown-speaker',
      conversations: [
        human('Will it rain on Rope Square tomorrow?'),
        { from: 'weather-bot', value: 'Rain probability: 40 %.' },
        human('Is that a yes?'),
        gpt('It is a maybe. Bring a hat, and leave the umbrella at home when the Spoon blows.', '2024-11'),
      ],
    },
  },
  {
    reason: 'blocked-words',
    after: 'beacon-itself',
    record: {
      id: 'somebody-else',
      conversations: [
        human('Which language model am I talking to?'),
        gpt('I am ChatGPT, a language model trained by OpenAI.', '2022-12'),
      ],
    },
  },
  {
    // The blocked word stands in the address of the link only, which is why raw HTML is what gets searched.
    reason: 'blocked-words',
    after: 'ferry-tickets',
    record: {
      id: 'tracked-link',
      conversations: [
        human('Where can I read about the history of the mole?'),
        gpt('See [the harbour page](https://port-ambra.example/mole?utm_source=chatgpt.com).', '2025-10'),
      ],
    },
  },
  {
    reason: 'blocked-response',
    after: 'observatory-nights',
    record: {
      id: 'asked-too-often',
      conversations: [
        human('Name one star for each of my cousins.'),
        gpt('How many cousins do you have?', '2023-03'),
        human('Forty-one.'),
        gpt('Too many requests in 1 hour. Try again later.', '2023-03'),
      ],
    },
  },
  {
    reason: 'duplicate-id',
    after: 'dry-dock-soup',
    record: {
      id: 'seventh-loaf',
      conversations: [
        human('Would Tomas bake a birthday cake in the shape of a boat?'),
        gpt('He would, with three days of notice and a drawing. Sails cost extra.', '2024-06'),
      ],
    },
  },
  {
    reason: 'plugins',
    after: 'harbour-arrival',
    record: {
      id: 'with-plugin',
      conversations: [
        human('Look up the wind at the mole right now.'),
        gpt('The plugin reports five knots from the south-west.', '2023-11'),
      ],
      plugins: ['harbour-weather'],
    },
  },
  {
    // The same first round as lighthouse-keeper, saved from another page: the HTML differs, the text does not.
    reason: 'duplicate-text',
    after: 'wooden-boats',
    record: {
      id: 'lighthouse-keeper-again',
      conversations: [
        human('Who keeps the lighthouse of Port Ambra?'),
        gpt(
          'Odile Marren has kept the Old Candle for thirty-one years, together with a ginger cat called Compass.',
          '2025-10',
        ),
        human('Does she have an apprentice?'),
        gpt('Not yet, but two pupils of the school have applied, and so has the cat.', '2025-10'),
      ],
    },
  },
  {
    reason: 'list-numbering',
    after: 'tie-a-bowline',
    record: {
      id: 'three-times-first',
      conversations: [
        human('In which order do I put a wet sail away?'),
        gpt(
          'Take your time:\n\n1. Rinse it with fresh water.\n\nLet it drip.\n\n1. Hang it in the shade.\n\nTurn it once.\n\n1. Fold it loosely.',
          '2023-03',
        ),
      ],
    },
  },
  {
    reason: 'repetition',
    after: 'school-weather',
    record: {
      id: 'stuck-gauge',
      conversations: [
        human('What does the tide gauge say?'),
        gpt('The water stands at 1.4000000000000000 metres.', '2024-06'),
        human('And which way is it going?'),
        gpt(`It is rising${', and it is rising'.repeat(24)}.`, '2024-06'),
      ],
    },
  },
  {
    reason: 'language',
    after: 'cold-toes',
    record: {
      id: 'satamasauna',
      conversations: [
        human('Milloin sataman sauna lämpenee?'),
        gpt(
          'Joka perjantai kello viisi. Ota mukaan pyyhe ja halko, niin pääset lauteiden parhaalle paikalle.',
          '2024-11',
        ),
        human('Saako sieltä mennä suoraan uimaan?'),
        gpt('Saa kyllä. Portaat vievät laiturilta veteen, ja hylje siirtyy yleensä itse syrjään.', '2024-11'),
      ],
    },
  },
];
