/** The browser's storage, which may be switched off, full or somebody else's: none of that ends the page. */
export interface SafeStorage {
  read(key: string): string | undefined;
  /** @returns whether it is kept. */
  write(key: string, value: string): boolean;
  remove(key: string): void;
  keys(): string[];
}

export function safeStorage(area: 'localStorage' | 'sessionStorage'): SafeStorage {
  return {
    read: (key) => attempt(() => window[area].getItem(key) ?? undefined),
    write: (key, value) =>
      attempt(() => {
        window[area].setItem(key, value);
        return true;
      }) ?? false,
    remove: (key) => attempt(() => window[area].removeItem(key)),
    keys: () => attempt(() => Object.keys(window[area])) ?? [],
  };
}

/** @returns what is kept under a key, where it is JSON. */
export function readJson(storage: SafeStorage, key: string): unknown {
  const text = storage.read(key);
  return text === undefined ? undefined : attempt(() => JSON.parse(text) as unknown);
}

function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
