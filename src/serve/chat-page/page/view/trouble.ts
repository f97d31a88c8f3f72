import type { Trouble } from '../conversations/conversation.js';
import { button, element } from '../element.js';
import { icon } from '../icons.js';

/** What went wrong, in the server's words, with the id to report and a way to try again. */
export function troubleNotice({ message, traceId, retryAt }: Trouble, onRetry: () => void): HTMLElement {
  const words = element('span', {}, 'Try again');
  const retry = button({ class: 'secondary small' }, onRetry, icon('again'), words);
  if (retryAt !== undefined) countDown(retry, words, retryAt);
  return element(
    'div',
    { class: 'trouble' },
    // The button stays outside, or every second of its count would be read out.
    element(
      'div',
      { role: 'alert' },
      element('p', {}, message),
      traceId !== undefined &&
        !message.includes(traceId) &&
        element('p', { class: 'trace' }, 'Trace id ', element('code', {}, traceId)),
    ),
    retry,
  );
}

/** Asking before the server's time has come would only be refused again. */
function countDown(retry: HTMLButtonElement, words: HTMLElement, retryAt: number): void {
  const seconds = Math.ceil((retryAt - Date.now()) / 1000);
  retry.disabled = seconds > 0;
  words.textContent = seconds > 0 ? `Try again in ${seconds} s` : 'Try again';
  if (seconds > 0) setTimeout(() => countDown(retry, words, retryAt), 1000);
}
