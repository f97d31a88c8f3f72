const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A day as Python's `strftime` writes its midnight in the C locale, in the codes that chat templates use. */
export function formatDay(day: string, format: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  const two = (value: number) => String(value).padStart(2, '0');
  const [weekday, month] = [days[date.getUTCDay()]!, months[date.getUTCMonth()]!];
  const codes: Readonly<Record<string, string>> = {
    Y: String(date.getUTCFullYear()),
    y: two(date.getUTCFullYear() % 100),
    m: two(date.getUTCMonth() + 1),
    B: month,
    b: month.slice(0, 3),
    d: two(date.getUTCDate()),
    e: String(date.getUTCDate()).padStart(2),
    A: weekday,
    a: weekday.slice(0, 3),
    H: '00',
    M: '00',
    S: '00',
    '%': '%',
  };
  return format.replace(/%([%\w])/g, (written, code: string) => codes[code] ?? written);
}
