import { readJson, safeStorage } from './storage.js';

/** What is asked of models, and how they are shown. */
export interface Settings {
  /** The server's own where absent. */
  readonly temperature?: number | undefined;
  readonly maximumTokens?: number | undefined;
  /** Put in front of every conversation; empty for none. */
  readonly system: string;
  readonly model: string;
  /** The second model, beside the first. */
  readonly secondModel: string;
  readonly sideBySide: boolean;
  /** Show models side by side as A and B until they are voted on. */
  readonly hideNames: boolean;
}

export const temperatureRange = { minimum: 0, maximum: 2 };

const storageKey = 'vicuna-chat-settings';
const storage = safeStorage('localStorage');
const none: Settings = { system: '', model: '', secondModel: '', sideBySide: false, hideNames: true };

/** Whatever the storage holds, what comes out can be used. */
export function readSettings(): Settings {
  const kept = readJson(storage, storageKey);
  if (typeof kept !== 'object' || kept === null) return none;
  const { temperature, maximumTokens, system, model, secondModel, sideBySide, hideNames } = kept as Record<
    string,
    unknown
  >;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    temperature: isTemperature(temperature) ? temperature : undefined,
    maximumTokens: isTokenCount(maximumTokens) ? maximumTokens : undefined,
    system: text(system),
    model: text(model),
    secondModel: text(secondModel),
    sideBySide: sideBySide === true,
    hideNames: hideNames !== false,
  };
}

export function writeSettings(settings: Settings): void {
  storage.write(storageKey, JSON.stringify(settings));
}

export function isTemperature(value: unknown): value is number {
  return typeof value === 'number' && value >= temperatureRange.minimum && value <= temperatureRange.maximum;
}

export function isTokenCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
