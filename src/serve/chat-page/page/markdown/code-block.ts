import { copyText } from '../copy.js';
import { button, element } from '../element.js';
import { icon } from '../icons.js';

const confirmationMilliseconds = 1600;

/** Code with its language and a button that copies it. */
export function codeBlock(text: string, info: string): HTMLElement {
  const code = element('code', {}, text);
  const language = info.trim().split(/\s+/)[0] ?? '';
  return element(
    'div',
    { class: 'code-block' },
    element(
      'div',
      { class: 'code-head' },
      element('span', {}, language === '' ? 'code' : language),
      copyButton('Copy code', () => code.textContent),
    ),
    element('pre', { tabindex: '0' }, code),
  );
}

/** Brings a block to what it holds now; what is there already is not written again. */
export function updateCodeBlock(block: HTMLElement, text: string): void {
  const code = block.querySelector('code')!;
  const node = code.firstChild;
  if (node instanceof Text && text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else code.textContent = text;
}

/** A button that copies a text and says so. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const made = button({ class: 'quiet', 'aria-label': label, title: label }, () => void copy(), icon('copy'));
  async function copy(): Promise<void> {
    const isCopied = await copyText(text());
    made.replaceChildren(icon(isCopied ? 'check' : 'close'));
    made.setAttribute('aria-label', isCopied ? 'Copied' : 'The browser does not allow copying');
    setTimeout(() => {
      made.replaceChildren(icon('copy'));
      made.setAttribute('aria-label', label);
    }, confirmationMilliseconds);
  }
  return made;
}
