// Builds the native engine from native/ with the system's C++ compiler: no build system, nothing downloaded.
//
//   node scripts/build-native.mjs              prebuilds/<platform>-<arch>/vicuna.node
//   node scripts/build-native.mjs --tests      build/native/<configuration>/tests, the kernels' own tests
//   node scripts/build-native.mjs --sanitize   with AddressSanitizer and UndefinedBehaviorSanitizer; with or without --tests
//
// CXX names the compiler, VICUNA_ARCH the architecture it compiles for.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'native');
const architecture = process.env.VICUNA_ARCH ?? process.arch;

/** Flags of the files whose kernels are for one instruction set. The dispatcher calls them only where it is there. */
const INSTRUCTION_FLAGS = {
  'isa/avx2.cpp': ['-mavx2', '-mfma'],
  'isa/avx512.cpp': [
    ...['-mavx2', '-mfma', '-mavx512f', '-mavx512vl', '-mavx512dq', '-mavx512bw'],
    '-mprefer-vector-width=512',
  ],
};

const FLAGS = [
  ...['-std=c++17', '-fPIC', '-pthread', '-fvisibility=hidden', '-Wall', '-Wextra'],
  // Products and sums may fuse; nothing else about floating point is given up, NaN and infinity least of all.
  ...['-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math'],
];
const SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer', '-g'];

/** Where the package's binary for this platform belongs. */
export function packagedBinary() {
  return join(root, 'prebuilds', `${process.platform}-${architecture}`, 'vicuna.node');
}

/** @returns {string | undefined} a C++ compiler that runs */
export function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  return candidates.find((compiler) => spawnSync(compiler, ['--version']).status === 0);
}

/**
 * @param {{ tests?: boolean, sanitize?: boolean, log?: (line: string) => void }} options
 * @returns {Promise<string>} path of what was built
 */
export async function buildNative({ tests = false, sanitize = false, log = () => {} } = {}) {
  const compiler = findCompiler();
  if (compiler === undefined) throw new Error('No C++ compiler was found: install g++ or clang++, or set CXX.');
  const configuration = [process.platform, architecture, sanitize ? 'sanitize' : 'release'].join('-');
  const objects = join(root, 'build/native', configuration);
  mkdirSync(objects, { recursive: true });

  const folders = ['core', 'kernels', 'isa', 'model', tests ? 'test' : 'binding'];
  const sources = folders
    .flatMap((folder) => readdirSync(join(source, folder)).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith('.cpp') && (architecture === 'x64' || !(file in INSTRUCTION_FLAGS)));
  const newestHeader = Math.max(...folders.map((folder) => newestIn(join(source, folder))));
  // Sanitized code is optimised too, so that it rounds as the released code does.
  const optimise = sanitize ? ['-O2', ...SANITIZE] : ['-O3'];
  const include = tests ? [] : [`-I${createRequire(import.meta.url)('node-api-headers').include_dir}`];
  const objectOf = (file) => join(objects, file.replaceAll('/', '_').replace(/cpp$/, 'o'));
  const stale = sources.filter((file) => {
    const object = objectOf(file);
    if (!existsSync(object)) return true;
    const built = statSync(object).mtimeMs;
    return built < newestHeader || built < statSync(join(source, file)).mtimeMs;
  });
  await inParallel(stale, async (file) => {
    log(`compiling native/${file}`);
    const flags = [...FLAGS, ...optimise, ...(INSTRUCTION_FLAGS[file] ?? []), ...include];
    await run(compiler, [...flags, '-c', join(source, file), '-o', objectOf(file)]);
  });

  const target = tests ? join(objects, 'tests') : sanitize ? join(objects, 'vicuna.node') : packagedBinary();
  mkdirSync(dirname(target), { recursive: true });
  // Written beside and renamed: a process that has the old file loaded keeps it.
  const fresh = join(dirname(target), `.${basename(target)}.${process.pid}`);
  await run(compiler, [...linkFlags({ tests, sanitize }), ...sources.map(objectOf), '-o', fresh]);
  renameSync(fresh, target);
  log(`built ${relative(root, target)}`);
  return target;
}

function linkFlags({ tests, sanitize }) {
  const kind = tests ? [] : process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
  if (sanitize) return [...kind, '-pthread', ...SANITIZE];
  // The C++ library goes into the file, so that any Linux of the last years can load it.
  const alone = process.platform === 'linux' ? ['-static-libstdc++', '-static-libgcc', '-Wl,--gc-sections', '-s'] : [];
  return [...kind, '-pthread', ...alone];
}

function newestIn(folder) {
  const headers = readdirSync(folder).filter((file) => file.endsWith('.h'));
  return Math.max(0, ...headers.map((file) => statSync(join(folder, file)).mtimeMs));
}

async function inParallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function run(command, parameters) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(undefined);
      else reject(new Error(`${command} ended with ${code}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tests = process.argv.includes('--tests');
  const sanitize = process.argv.includes('--sanitize');
  await buildNative({ tests, sanitize, log: console.log });
}
