/** HTML that may be written as it is. Everything else is text, and escaped. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }

  toString(): string {
    return this.html;
  }
}

/** What a template may hold: text and numbers are escaped, nothing is left out for `undefined` and `false`. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/**
 * Markup of a template literal. Whatever is put into it is escaped for text and for quoted attributes, unless it is
 * markup itself: forgetting to escape is not possible, only asking for {@link Markup} is.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0]!;
  for (const [index, value] of values.entries()) text += rendered(value) + strings[index + 1]!;
  return new Markup(text);
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function rendered(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.html;
  if (typeof value === 'object') return value.map(rendered).join('');
  return escapeHtml(String(value));
}
