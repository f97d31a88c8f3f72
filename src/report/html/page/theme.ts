/** Themes a reader can ask for; without one the system's is shown. */
type Theme = 'light' | 'dark';

const STORAGE_KEY = 'vicuna-report-theme';

/** The button that changes between light and dark, and remembers it where the browser lets a file do so. */
export function startTheme(): void {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const button = document.querySelector<HTMLButtonElement>('[data-theme-toggle]');
  const shown = (): Theme => (root.dataset.theme as Theme | undefined) ?? (system.matches ? 'dark' : 'light');
  const label = () => button?.setAttribute('aria-pressed', String(shown() === 'dark'));
  const remembered = recall();
  if (remembered !== undefined) root.dataset.theme = remembered;
  label();
  system.addEventListener('change', label);
  button?.addEventListener('click', () => {
    root.dataset.theme = shown() === 'dark' ? 'light' : 'dark';
    remember(root.dataset.theme);
    label();
  });
}

function recall(): Theme | undefined {
  try {
    const theme = localStorage.getItem(STORAGE_KEY);
    return theme === 'light' || theme === 'dark' ? theme : undefined;
  } catch {
    return undefined;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // Storage is switched off for files: the choice lasts as long as the page.
  }
}
