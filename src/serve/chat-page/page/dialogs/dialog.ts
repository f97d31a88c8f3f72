import { button, type Child, element } from '../element.js';
import { icon } from '../icons.js';

export interface DialogParts {
  readonly title: string;
  readonly body: readonly Child[];
  /** What the button that goes ahead says. */
  readonly action: string;
  readonly isDangerous?: boolean | undefined;
  /** @returns `false` to keep the dialog open. */
  readonly onAction: () => boolean;
}

/** Shows a dialog above the page. @returns whether it was gone ahead with. */
export function showDialog({ title, body, action, isDangerous = false, onAction }: DialogParts): Promise<boolean> {
  const heading = element('h2', { id: 'dialog-title' }, title);
  const form = element(
    'form',
    {},
    element(
      'header',
      {},
      heading,
      button({ class: 'quiet', 'aria-label': 'Close' }, () => dialog.close(), icon('close')),
    ),
    ...body,
    element(
      'footer',
      {},
      button({ class: 'secondary' }, () => dialog.close(), 'Cancel'),
      element('button', { type: 'submit', class: isDangerous ? 'danger' : 'primary' }, action),
    ),
  );
  const dialog = element('dialog', { 'aria-labelledby': heading.id }, form);
  let hasGoneAhead = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    hasGoneAhead = onAction();
    if (hasGoneAhead) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(hasGoneAhead);
    });
  });
}

/** A labelled field, with a line below it. */
export function field(label: string, input: HTMLElement, hint?: string): HTMLElement {
  const id = `field-${label.toLowerCase().replace(/\W+/g, '-')}`;
  input.id = id;
  if (hint !== undefined) input.setAttribute('aria-describedby', `${id}-hint`);
  return element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    input,
    hint !== undefined && element('p', { class: 'hint', id: `${id}-hint` }, hint),
  );
}

/** A box to tick. */
export function checkbox(label: string, isChecked: boolean): { row: HTMLElement; input: HTMLInputElement } {
  const input = element('input', { type: 'checkbox' });
  input.checked = isChecked;
  return { row: element('label', { class: 'check' }, input, element('span', {}, label)), input };
}
