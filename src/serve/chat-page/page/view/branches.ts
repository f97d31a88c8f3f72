import type { Turn } from '../conversations/conversation.js';
import { button, element } from '../element.js';
import { icon } from '../icons.js';

/** "2 / 3" between two arrows, where a turn has siblings. */
export function branchSwitch(
  turn: Turn,
  siblings: readonly Turn[],
  isRunning: boolean,
  onChoose: (turn: Turn) => void,
): HTMLElement | undefined {
  if (siblings.length < 2) return undefined;
  const place = siblings.findIndex(({ id }) => id === turn.id);
  const arrow = (label: string, name: 'left' | 'right', to: Turn | undefined) => {
    const made = button({ class: 'quiet', 'aria-label': label }, () => to !== undefined && onChoose(to), icon(name));
    made.disabled = to === undefined || isRunning;
    return made;
  };
  const what = turn.kind === 'question' ? 'version' : 'reply';
  return element(
    'span',
    { class: 'branches', role: 'group', 'aria-label': `${what} ${place + 1} of ${siblings.length}` },
    arrow(`Previous ${what}`, 'left', siblings[place - 1]),
    element('span', {}, `${place + 1} / ${siblings.length}`),
    arrow(`Next ${what}`, 'right', siblings[place + 1]),
  );
}
