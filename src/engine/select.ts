import { availableParallelism } from 'node:os';
import { ConfigError, type ConfigIssue, VicunaError } from '../core/index.js';
import type { Engine, EngineName } from './engine.js';
import { INSTRUCTION_SETS, type InstructionSet } from './native/addon.js';
import type { TfjsBackend } from './tfjs/device.js';

/** What to compute with. Everything is optional; what is left open is chosen. @public */
export interface EngineOptions {
  /** Which engine computes; a name takes that one or fails. @defaultValue `'auto'`: the fastest that loads here. */
  readonly engine?: 'auto' | EngineName | undefined;
  /**
   * Backend of the `tfjs` engine. `tensorflow` needs `@tensorflow/tfjs-node-gpu` (NVIDIA GPUs) or
   * `@tensorflow/tfjs-node` installed beside this package.
   *
   * @defaultValue the fastest that loads here
   */
  readonly backend?: TfjsBackend | undefined;
  /** Threads of the `native` engine. @defaultValue one for each processor that this process may use */
  readonly threads?: number | undefined;
  /** Kernels of the `native` engine. @defaultValue the fastest that this processor has */
  readonly instructionSet?: InstructionSet | undefined;
}

const MOST_THREADS = 1024;

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
  assertOptions(options);
  const { engine = 'auto', backend, threads, instructionSet } = options;
  if (engine === 'tfjs' || backend !== undefined) return createTfjsEngine(backend);
  if (engine === 'auto' && threads === undefined && instructionSet === undefined) {
    const gpu = await createGpuEngine();
    if (gpu !== undefined) return gpu;
  }
  const { NativeMissing } = await import('./native/index.js');
  try {
    return await createNativeEngine(options);
  } catch (error) {
    if (!(error instanceof NativeMissing)) throw error;
    if (engine === 'auto') return createTfjsEngine(undefined, [], error.message);
    throw new VicunaError(
      'engine-unavailable',
      `The native engine cannot be used: ${error.message}. \`npm rebuild vicuna-sdk\` builds it where there is a C++ ` +
        "compiler; the engine 'tfjs' needs nothing.",
    );
  }
}

function assertOptions({ engine = 'auto', backend, threads, instructionSet }: EngineOptions): void {
  const issues: ConfigIssue[] = [];
  const oneOf = (path: string, value: unknown, known: readonly unknown[]) => {
    if (value !== undefined && !known.includes(value))
      issues.push({ path, message: `is ${value}; there are ${known.join(', ')}` });
  };
  oneOf('engine', engine, ENGINES);
  oneOf('backend', backend, BACKENDS);
  oneOf('instructionSet', instructionSet, INSTRUCTION_SETS);
  if (engine === 'native' && backend !== undefined)
    issues.push({ path: 'backend', message: "belongs to the engine 'tfjs'; leave it out" });
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS))
    issues.push({ path: 'threads', message: `must be a whole number from 1 to ${MOST_THREADS}, not ${threads}` });
  if (issues.length > 0) throw new ConfigError('The choice of an engine', issues);
}

/** Nobody installs the GPU package without a GPU in mind: it goes before the native engine where it loads. */
async function createGpuEngine(): Promise<Engine | undefined> {
  const { BackendMissing, GPU_PACKAGE, isGpuPackageInstalled, loadDevice, TfjsEngine } = await import(
    './tfjs/index.js'
  );
  if (!isGpuPackageInstalled()) return undefined;
  try {
    const device = await loadDevice('tensorflow');
    if (device.packageName === GPU_PACKAGE)
      return new TfjsEngine(device, `${GPU_PACKAGE} is installed beside this package.`);
  } catch (error) {
    if (!(error instanceof BackendMissing)) throw error;
  }
  return undefined;
}

async function createNativeEngine({ engine, threads, instructionSet }: EngineOptions): Promise<Engine> {
  const { loadAddon, NativeEngine } = await import('./native/index.js');
  const count = threads ?? availableParallelism();
  const addon = await loadAddon();
  const supported = addon.instructionSets();
  const chosen = instructionSet ?? supported[0]!;
  if (!supported.includes(chosen))
    throw new VicunaError(
      'engine-unavailable',
      `This processor has no ${chosen} instructions; it has ${supported.join(', ')}.`,
    );
  const kernels = `kernels for ${chosen} on ${count} ${count === 1 ? 'thread' : 'threads'}`;
  const why = engine === 'native' ? 'was asked for' : 'is the fastest on a processor';
  return new NativeEngine(addon, count, chosen, `The native engine ${why}: ${kernels}.`);
}

/**
 * @param searchFolders - more folders from which TensorFlow packages are resolved
 * @param nativeMissing - why the native engine was not taken, where it would have been
 */
export async function createTfjsEngine(
  backend: TfjsBackend | undefined,
  searchFolders: readonly string[] = [],
  nativeMissing?: string,
): Promise<Engine> {
  const { BackendMissing, loadDevice, TfjsEngine } = await import('./tfjs/index.js');
  const missing = nativeMissing === undefined ? [] : [nativeMissing];
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
