import { ConfigError, VicunaError } from '../core/index.js';
import type { Engine, EngineName } from './engine.js';
import type { TfjsBackend } from './tfjs/device.js';

/** What to compute with. Everything is optional; what is left open is chosen. @public */
export interface EngineOptions {
  /** @defaultValue `'auto'`: the fastest that loads here. */
  readonly engine?: 'auto' | EngineName | undefined;
  /**
   * Backend of the `tfjs` engine. `tensorflow` needs `@tensorflow/tfjs-node-gpu` (NVIDIA GPUs) or
   * `@tensorflow/tfjs-node` installed beside this package.
   *
   * @defaultValue the fastest that loads here
   */
  readonly backend?: TfjsBackend | undefined;
}

/** Fastest first. */
const BACKENDS: readonly TfjsBackend[] = ['tensorflow', 'wasm', 'cpu'];
const ENGINES: readonly EngineOptions['engine'][] = ['auto', 'tfjs', 'native'];

/**
 * Starts an engine. Tensor libraries are loaded here and nowhere earlier.
 *
 * @returns an engine whose `reason` says why it was picked; dispose of it when done (`await using`).
 * @throws VicunaError `engine-unavailable` naming what is missing and what to do about it.
 * @throws ConfigError when an option has a value that does not exist.
 * @public
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { engine = 'auto', backend } = options;
  const issues = [
    ...(ENGINES.includes(engine) ? [] : [{ path: 'engine', message: `is ${engine}; there are ${ENGINES.join(', ')}` }]),
    ...(backend === undefined || BACKENDS.includes(backend)
      ? []
      : [{ path: 'backend', message: `is ${backend}; there are ${BACKENDS.join(', ')}` }]),
  ];
  if (issues.length > 0) throw new ConfigError('The choice of an engine', issues);
  if (engine === 'native')
    throw new VicunaError(
      'engine-unavailable',
      "This version has no native engine. Use engine 'tfjs', or leave the choice open with 'auto'.",
    );
  return createTfjsEngine(backend);
}

/** @param searchFolders - more folders from which TensorFlow packages are resolved. */
export async function createTfjsEngine(
  backend: TfjsBackend | undefined,
  searchFolders: readonly string[] = [],
): Promise<Engine> {
  const { BackendMissing, loadDevice, TfjsEngine } = await import('./tfjs/index.js');
  const missing: string[] = [];
  for (const candidate of backend === undefined ? BACKENDS : [backend])
    try {
      const device = await loadDevice(candidate, searchFolders);
      return new TfjsEngine(device, reasonFor(device.packageName, backend, [...missing, ...device.passedOver]));
    } catch (error) {
      if (!(error instanceof BackendMissing)) throw error;
      missing.push(error.message);
    }
  const advice =
    backend === 'tensorflow'
      ? "Install it with `npm install @tensorflow/tfjs-node`, or use the backend 'wasm', which needs nothing."
      : "Reinstall this package with its dependencies, or use the backend 'cpu', which runs wherever Node does.";
  throw new VicunaError(
    'engine-unavailable',
    `The ${backend ?? 'tfjs'} backend cannot be used: ${missing.join('; ')}. ${advice}`,
  );
}

function reasonFor(packageName: string, asked: TfjsBackend | undefined, missing: readonly string[]): string {
  if (asked !== undefined) return `The ${asked} backend (${packageName}) was asked for.`;
  if (missing.length === 0) return `${packageName} is installed and the fastest choice.`;
  return `${packageName} is the fastest that loads here: ${missing.join('; ')}.`;
}
