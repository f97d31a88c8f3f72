const YEAR_TO_DAY =
  '\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))';
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/**
 * Formats of strings (JSON Schema 2020-12, 7.3) that can be followed while writing, as regular expressions for a part of
 * the strings that have the format: no leap days and leap seconds, no quoted local parts.
 */
export const formats: Readonly<Record<string, string>> = {
  date: `^${YEAR_TO_DAY}$`,
  time: `^${TIME}$`,
  'date-time': `^${YEAR_TO_DAY}T${TIME}$`,
  uuid: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  ipv4: `^${BYTE}(?:\\.${BYTE}){3}$`,
  hostname: `^${LABEL}(?:\\.${LABEL}){0,3}$`,
  email: `^[A-Za-z0-9_+-]{1,32}(?:\\.[A-Za-z0-9_+-]{1,31})?@${LABEL}(?:\\.${LABEL}){1,2}$`,
};
