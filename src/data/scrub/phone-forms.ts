/** A way to write a phone number. */
export interface PhoneForm {
  /** Matched at the beginning of a short stretch of text. */
  readonly form: RegExp;
  readonly accepts: (digits: string, written: string) => boolean;
  /** Other numbers have this form too: only behind a word that says what it is. */
  readonly needsLabel?: boolean;
}

/** Calling codes of ITU-T E.164; 10 stands for one whole digit of codes with a further one. */
const callingCode =
  /^(?:1|7|2(?:0|1[1-368]|[27]|2\d|3\d|4\d|5[0-8]|6\d|9[0178])|3(?:[0-469]|5\d|7[0-8]|8[0-35-79])|4(?:[013-9]|2[013])|5(?:[1-8]|0\d|9\d)|6(?:[0-6]|7[02-9]|8\d|9[0-2])|8(?:[1246]|0[08]|5[02356]|7[08]|8[0-36-9])|9(?:[0-58]|6[0-8]|7[0-79]|9[2-68]))/;

const between = (fewest: number, most: number) => (digits: string) => digits.length >= fewest && digits.length <= most;

/** Pairs that count upwards are a list, and nought and one alone are bits. */
const isList = (written: string): boolean => {
  const groups = written
    .split(/\D+/)
    .filter((group) => group !== '')
    .map(Number);
  return /^[01\D]+$/.test(written) || groups.every((value, at) => at === 0 || value === groups[at - 1]! + 1);
};

/** `01-02-2023`, `01.02.2023 12`, `2023-01-02`. */
const isDate = (written: string): boolean =>
  /^(?:\d{1,2}([-./ ])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([-./ ])\d{1,2}\2\d{1,2})(?!\d)/.test(written);

/** A book's number, `0-306-40615-2`. */
const isBook = (written: string): boolean => /^(?:97[89][- ])?\d[- ]\d{2,7}[- ]\d{1,6}[- ][\dX]$/.test(written);

export const phoneForms: readonly PhoneForm[] = [
  {
    // +49 (0)30 901820, +1-212-736-5000, +33 1 42 68 53 00, (+351) 213 ...
    form: /^(?:\+|\(\+|\+\()[1-9]\d{0,14}\)?(?:[ \u00a0.\-/\u2010-\u2013]?(?:\(\d{1,5}\)|\d{1,12})){0,6}/,
    accepts: (digits) =>
      callingCode.test(digits) && (digits.startsWith('1') ? digits.length === 11 : between(9, 15)(digits)),
  },
  {
    // +1 212 736 5000 followed by another number: North America has exactly ten digits.
    form: /^\+1[ .-]?\(?[2-9]\d\d\)?[ .-]?[2-9]\d\d[ .-]?\d{4}(?!\d)/,
    accepts: () => true,
  },
  {
    // (212) 736-5000, 1-212-736-5000, 212.736.5000
    form: /^(?:1[ .-])?(?:\([2-9]\d\d\) ?[2-9]\d\d[ .-]|[2-9]\d\d([.-])[2-9]\d\d\1)\d{4}(?!\d)/,
    accepts: () => true,
  },
  {
    // The trunk prefix 0 of most of the world: 030 901820, 0171/2345678, 090-1234-5678
    form: /^\(?0[1-9]\d{0,4}(?:\)[ \u00a0]?|[ \u00a0/-]|[ \u00a0][-–/][ \u00a0])\d{2,8}(?:[ \u00a0-]\d{2,5}){0,4}(?!\d)/,
    accepts: (digits, written) =>
      between(9, 12)(digits) &&
      !isDate(written) &&
      !isList(written) &&
      !isBook(written) &&
      !/^0\d(?: \d{3}){3}/.test(written),
  },
  {
    // France with dots: 01.42.68.53.00
    form: /^0[1-9](?:\.\d\d){4}(?!\d)/,
    accepts: (_, written) => !isList(written),
  },
  {
    // An area code in brackets: (11) 91234-5678
    form: /^\([1-9]\d{1,3}\)[ \u00a0-]?\d{3,5}[ \u00a0-]\d{2,5}(?:[ \u00a0-]\d{2,4})?(?!\d)/,
    accepts: (digits, written) => between(9, 12)(digits) && !/^\((?:19|20)\d\d\)/.test(written),
  },
  {
    // China's mobile numbers in groups: 138-0013-8000
    form: /^1[3-9]\d([ -])\d{4}\1\d{4}(?!\d)/,
    accepts: () => true,
  },
  {
    // Russia: 8 (495) 123-45-67
    form: /^8[ -]?\(?\d{3}\)?[ -]\d{3}-\d\d-\d\d(?!\d)/,
    accepts: () => true,
  },
  {
    form: /^\+?\(?\d{1,15}\)?(?:[ \u00a0.\-/\u2010-\u2013]{1,2}\(?\d{1,12}\)?){0,6}/,
    accepts: (digits, written) => between(7, 15)(digits) && !isDate(written) && !/^\d+\.\d+$/.test(written),
    needsLabel: true,
  },
];
