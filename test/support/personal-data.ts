import { Random } from '../../src/core/index.js';
import type { PersonalDataKind } from '../../src/data/scrub/index.js';

/** A text and what is personal in it: `[start, end)` of each value. */
export interface LabelledText {
  readonly text: string;
  readonly values: readonly { readonly kind: PersonalDataKind; readonly value: string }[];
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const alphanumeric = `${letters}${letters.toUpperCase()}0123456789`;

/** Made up from a seed: values of every kind in the forms of many countries, in running text, markdown, code and tables. */
export function labelledPersonalData(seed: number, count: number): LabelledText[] {
  const random = Random.fromSeed(seed, 'personal-data');
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)] as T;
  const some = (alphabet: string, length: number) => Array.from({ length }, () => pick([...alphabet])).join('');
  const digits = (length: number) => some('0123456789', length);
  const one = (from: string) => some(from, 1);
  /** A pattern: `d` a digit, `n` one from 2 to 9; everything else as it is. */
  const filled = (pattern: string) => pattern.replace(/[dn]/g, (mark) => one(mark === 'd' ? '0123456789' : '2346789'));

  const phonePatterns = [
    '+1 n3n-ndd-dddd',
    '+1 (n3n) ndd-dddd',
    '(n3n) ndd-dddd',
    'n3n-ndd-dddd',
    'n3n.ndd.dddd',
    '1-n3n-ndd-dddd',
    '+49 30 ndddddd',
    '+49 (0)171 ndddddd',
    '030 ndddddd',
    '0171/nddddddd',
    '+33 6 nd dd dd dd',
    '06 nd dd nd nd',
    '+44 20 nddd dddd',
    '020 8nnd dddd',
    '07n0n nddddd',
    '+34 6nd ddd ddd',
    '+39 3nd ddd dddd',
    '+55 11 9nddd-dddd',
    '(11) 9nddd-dddd',
    '+86 138 nddd dddd',
    '138-nddd-dddd',
    '03-nddd-dddd',
    '090-nddd-dddd',
    '+82 10-nddd-dddd',
    '010-nddd-dddd',
    '+7 (495) ndd-dd-dd',
    '8 (495) ndd-dd-dd',
    '+91 98ndd ddddd',
    '+31 6 nddddddd',
    '+351 9nd ddd ddd',
    '+886 9nd-ddd-ddd',
  ];
  const luhn = (prefix: string, length: number) => {
    const front = prefix + digits(length - 1 - prefix.length);
    let sum = 0;
    for (const [index, digit] of [...front].reverse().entries()) {
      const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    }
    return front + ((10 - (sum % 10)) % 10);
  };
  const grouped = (number: string, separator: string) =>
    (number.length === 15 ? [4, 10, 15] : [4, 8, 12, 16])
      .map((end, index, ends) => number.slice(ends[index - 1] ?? 0, end))
      .join(separator);
  const iban = () => {
    const [country, length] = pick([
      ['DE', 22],
      ['AT', 20],
      ['NL', 18],
      ['ES', 24],
      ['FR', 27],
      ['PL', 28],
    ] as const);
    const account = country === 'NL' ? `INGB${digits(10)}` : digits(length - 4);
    let rest = 0n;
    for (const character of `${account}${country}00`) {
      const value = BigInt(Number.parseInt(character, 36));
      rest = (rest * (value > 9n ? 100n : 10n) + value) % 97n;
    }
    return `${country}${String(98n - rest).padStart(2, '0')}${account}`;
  };
  const makers: readonly (readonly [PersonalDataKind, () => string])[] = [
    [
      'e-mail',
      () =>
        `${some(letters, 4)}${pick(['.', '_', '-', '+', ''])}${some(letters, 5)}@${some(letters, 6)}.${pick(['com', 'de', 'co.uk', 'org', 'io', 'info'])}`,
    ],
    ['phone', () => filled(pick(phonePatterns))],
    [
      'payment-card',
      () => {
        const number = pick([
          () => luhn('4', 16),
          () => luhn('53', 16),
          () => luhn('37', 15),
          () => luhn('6011', 16),
        ])();
        return pick([number, grouped(number, ' '), number.length === 16 ? grouped(number, '-') : number]);
      },
    ],
    [
      'iban',
      () => {
        const number = iban();
        return pick([number, number.replace(/(.{4})(?=.)/g, '$1 ')]);
      },
    ],
    [
      'api-key',
      () =>
        pick([
          () => `sk-proj-${some(alphanumeric, 40)}7a1`,
          () => `AKIA${some('ABCDEFGHJKLMNP', 10)}${digits(6)}`,
          () => `ghp_${some(alphanumeric, 36)}`,
          () => `AIza${some(alphanumeric, 33)}42`,
          () => `xoxb-${digits(11)}-${some(alphanumeric, 24)}`,
          () => `hf_${some(alphanumeric, 32)}19`,
          () => `sk_live_${some(alphanumeric, 22)}40`,
          () => `eyJ${some(alphanumeric, 20)}.eyJ${some(alphanumeric, 40)}5.${some(alphanumeric, 43)}`,
        ])(),
    ],
  ];
  const frames = [
    (value: string) => `You can write to ${value}, or wait.`,
    (value: string) => `Contact: ${value}`,
    (value: string) => `- **Mia Berg** | ${value} | Berlin`,
    (value: string) => `My details are "${value}". Is that right?`,
    (value: string) => `<p>${value}</p>`,
    (value: string) => `お問い合わせは ${value} まで。`,
    (value: string) => `{"contact": "${value}"}`,
  ];
  return Array.from({ length: count }, () => {
    const [kind, make] = pick(makers);
    const value = make();
    return { text: pick(frames)(value), values: [{ kind, value }] };
  });
}

/** What looks like personal data and is none. */
export const harmlessTexts: readonly string[] = [
  'The meeting is on 2023-04-12 at 10:30:00, the next on 12.04.2023 or 04/12/2023.',
  'From 2019-2023, pages 112-118, see section 3.14.159.',
  'Upgrade from 1.2.3 to 10.15.7 with `npm install package@1.2.3 react@18.2.0`.',
  'ISBN 978-3-16-148410-0, ISBN-10 0-306-40615-2.',
  'const values = [212, 736, 5000, 1024, 2048, 4096, 8192];',
  '3.14159265358979323846 and 0.4111111111111111 and 1e-10',
  '1,000,000 + 2,500,000 = 3,500,000; 736-500-1234 = -998',
  'The population is 1 412 600 000, the area 9 596 961 km².',
  'Timestamps: 1672531200, 1672531200000, 20230412103000.',
  '550e8400-e29b-41d4-a716-446655440000',
  '0xdeadbeef 0b0101010101 00 01 02 03 04 05 06 07 08 09',
  '01 02 03 04 05\n10 20 30 40 50',
  '192.168.0.1, 10.0.0.255/24, 255.255.255.0',
  'x = w@inputs.transpose(0, 1); icon@2x.png; @media screen; git@github.com:vicuna/sdk.git',
  'Write to user@example.com or call (212) 555-0123; the test card is 4111 1111 1111 1111.',
  'postgres://user:password@localhost/db, https://example.com:8080/path@2',
  '<div class="sk-fading-circle-animation-container">, sk-learn, hf_hub_download_with_retries_and_more',
  'api_key = os.environ["OPENAI_API_KEY"]; token = tokenizer.encode_with_special_tokens',
  'order 4929-1234-5678-9012 (not a card), 1234 5678 9012 3456',
  'The series 0112358 1321345589 144233377.',
  'SELECT * FROM t WHERE id IN (1001, 1002, 1003) LIMIT 100 OFFSET 2000',
  'Zeit: 09:15-10:45, Raum 0123, Kapitel 1.2.3.4',
  '| 2021 | 123 456 | 789 012 |\n| 2022 | 234 567 | 890 123 |',
  '-----BEGIN PRIVATE KEY----- is the first line of such a file.',
  'commit 3f785b2a9c0d4e1f8a7b6c5d4e3f2a1b0c9d8e7f',
  'ZIP 90210-1234, part no. 12-3456-7890, scale 1:25000, 4 x 100 m, (2020) 123-456 pages',
];
