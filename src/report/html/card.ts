import { type Content, html, type Markup } from './markup.js';

/** A number that matters, large. */
export interface Card {
  readonly label: string;
  readonly value: Content;
  readonly detail?: Content;
  readonly mood?: 'warn' | 'bad' | undefined;
}

export function cards(list: readonly (Card | undefined)[]): Markup {
  const items = list.map(
    (card) =>
      card &&
      html`<li class="card${card.mood && ` ${card.mood}`}"><span class="label">${card.label}</span><span class="value">${card.value}</span><span class="detail">${card.detail}</span></li>`,
  );
  return html`<ul class="cards">${items}</ul>
`;
}

export function section(id: string, title: string, lead: Content, body: Content): Markup {
  return html`<section class="section" id="${id}" aria-labelledby="${id}-heading">
<header><h2 id="${id}-heading">${title}</h2><p>${lead}</p></header>
${body}
</section>
`;
}

export function panel(body: Content): Markup {
  return html`<div class="panel">${body}</div>
`;
}

export function notice(body: Content, mood: 'warn' | 'bad' = 'warn'): Markup {
  return html`<p class="notice ${mood}">${body}</p>
`;
}

/** What the colours of a figure stand for. */
export function legend(entries: readonly { readonly swatch: string; readonly text: string }[]): Markup {
  const items = entries.map(({ swatch, text }) => html`<li><span class="swatch ${swatch}"></span>${text}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}
