/** Words that say that a phone number follows, and what may stand between: a colon, a bracket, quotes, "is". */
const words = [
  'phone(?: ?(?:number|no\\.?|#))?',
  'phone[_-]?number',
  'tel(?:ephone|\\.)?',
  'mobile(?: (?:number|phone))?',
  'cell(?: ?phone)?',
  'fax',
  'whats ?app',
  '(?:call|text|reach|ring|phone) (?:me|us|him|her|them)(?: at| on)?',
  'telefon(?:nummer|o|e)?',
  'handy(?:nummer)?',
  'mobil(?:nummer|e)?',
  'rufnummer',
  't[ée]l[ée]phone',
  't[ée]l\\.?',
  'portable',
  'tel[ée]fono',
  'm[óo]vil',
  'celular',
  'cellulare',
  'telefoonnummer',
  'телефон\\p{L}{0,2}',
  'тел\\.?',
  '电话(?:号码)?',
  '電話(?:番号)?',
  '手机号?(?:码)?',
  '携帯(?:番号)?',
  '전화(?:번호)?',
  '휴대폰',
];

const label = new RegExp(
  `(?<!\\p{L})(?:${words.join('|')})["'\`*]{0,3}[ \\u00a0]?(?:(?:number|is|est|ist|es|è|é|:|=|：|は|是|为|：|[-–])[ \\u00a0]?){0,2}["'\`*(]{0,3}[ \\u00a0]?$`,
  'iu',
);

/** Longest label with what follows it. */
const longest = 32;

/** Whether what begins here is announced as a phone number. */
export function isLabelled(text: string, start: number): boolean {
  return label.test(text.slice(Math.max(0, start - longest), start));
}
