import { element } from '../element.js';
import { showDialog } from './dialog.js';

/** Asks before something that cannot be undone. */
export function confirmDeletion(title: string): Promise<boolean> {
  return showDialog({
    title: 'Delete this conversation?',
    body: [element('p', {}, `“${title}” is kept in this browser only. It cannot be brought back.`)],
    action: 'Delete',
    isDangerous: true,
    onAction: () => true,
  });
}
