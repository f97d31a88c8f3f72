import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Device, type TensorFlowModule, type TfjsBackend } from './device.js';
import { restoreNodeUtil } from './node-util.js';

/** Where a backend was looked for in vain, for `Engine.reason` and errors. */
export class BackendMissing extends Error {}

/**
 * Loads a backend and its library, which nothing does before an engine is asked for.
 *
 * @param searchFolders - more folders from which packages are resolved; the optional TensorFlow packages are found from
 * this package and from the folder the process runs in.
 * @throws BackendMissing saying what is missing.
 */
export function loadDevice(backend: TfjsBackend, searchFolders: readonly string[] = []): Promise<Device> {
  // One after the other: the library drops the start of a backend when another is started meanwhile.
  const device = loading.then(() => load(backend, searchFolders));
  loading = device.catch(() => undefined);
  return device;
}

let loading: Promise<unknown> = Promise.resolve();

async function load(backend: TfjsBackend, searchFolders: readonly string[]): Promise<Device> {
  if (backend === 'tensorflow') return loadTensorFlow(searchFolders);
  const packageName = `@tensorflow/tfjs-backend-${backend}`;
  try {
    const tf = moduleOf<TensorFlowModule>(await import('@tensorflow/tfjs-core'));
    await undisturbed(tf, async () => {
      if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
      else await import('@tensorflow/tfjs-backend-cpu');
      await initialise(tf, backend);
    });
    return new Device({ tf, backend, packageName });
  } catch (error) {
    throw new BackendMissing(`${packageName} does not load (${firstLine(error)})`, { cause: error });
  }
}

/** The TensorFlow package for NVIDIA GPUs, an optional peer. */
export const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** Whether the user has put the GPU package beside this one. */
export const isGpuPackageInstalled = (): boolean => resolvePackage(GPU_PACKAGE, []) !== undefined;

async function loadTensorFlow(searchFolders: readonly string[]): Promise<Device> {
  restoreNodeUtil();
  // Both are read once, when the native library starts.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const missing: string[] = [];
  for (const packageName of [GPU_PACKAGE, '@tensorflow/tfjs-node']) {
    const path = resolvePackage(packageName, searchFolders);
    if (path === undefined) {
      missing.push(`${packageName} is not installed`);
      continue;
    }
    try {
      const core = moduleOf<TensorFlowModule>(await import('@tensorflow/tfjs-core'));
      return await undisturbed(core, async () => {
        const tf = createRequire(path)(path) as TensorFlowModule;
        await initialise(tf, 'tensorflow');
        return new Device({ tf, backend: 'tensorflow', packageName, passedOver: missing });
      });
    } catch (error) {
      missing.push(`${packageName} does not load (${firstLine(error)})`);
    }
  }
  throw new BackendMissing(missing.join(' and '));
}

async function initialise(tf: TensorFlowModule, backend: TfjsBackend): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend does not start`);
  // The first tensor of the cpu backend prints an advertisement unless it is made while warnings are off.
  tf.scalar(0).dispose();
}

/** Emscripten, which the wasm backend is built with, listens to these and throws what it hears. */
const FATAL_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Loads without side effects on the rest of the process: the active backend stays what it was, no listener that ends the
 * process is left behind, and the library's warnings about packages registered twice (every TensorFlow package brings
 * its own copies) stay unsaid.
 */
async function undisturbed<Result>(tf: TensorFlowModule, load: () => Promise<Result>): Promise<Result> {
  const previous = tf.getBackend();
  const listeners = FATAL_EVENTS.map((event) => process.listeners(event as 'uncaughtException'));
  const production = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    return await load();
  } finally {
    tf.env().set('PROD', production);
    FATAL_EVENTS.forEach((event, index) => {
      for (const listener of process.listeners(event as 'uncaughtException'))
        if (!listeners[index]!.includes(listener)) process.off(event, listener);
    });
    if (previous) await tf.setBackend(previous);
  }
}

function resolvePackage(packageName: string, searchFolders: readonly string[]): string | undefined {
  for (const from of [
    import.meta.url,
    ...[process.cwd(), ...searchFolders].map((folder) => join(folder, 'package.json')),
  ])
    try {
      return createRequire(from).resolve(packageName);
    } catch {
      // Not there: try the next place.
    }
  return undefined;
}

/** A CommonJS package imported from an ES module stands under `default`. */
function moduleOf<Module>(imported: object): Module {
  return ('default' in imported ? imported.default : imported) as Module;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
