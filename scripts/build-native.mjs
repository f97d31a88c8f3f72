// Builds the native engine from native/ with the system's C++ compiler: no build system, nothing downloaded.
//
//   node scripts/build-native.mjs                      prebuilds/<platform>-<arch>/vicuna.node
//   node scripts/build-native.mjs --target win32-x64   the same for another platform, with its cross compiler
//   node scripts/build-native.mjs --tests              build/native/<configuration>/tests, the kernels' own tests
//   node scripts/build-native.mjs --sanitize address   with AddressSanitizer and UndefinedBehaviorSanitizer, or `thread`
//
// CXX names the compiler.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostTarget, toolsFor } from './native-targets.mjs';

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(script));
const source = join(root, 'native');

/** Flags of the files whose kernels are for one instruction set. The dispatcher calls them only where it is there. */
const INSTRUCTION_FLAGS = {
  'isa/avx2.cpp': ['-mavx2', '-mfma'],
  'isa/avx512.cpp': [
    ...['-mavx2', '-mfma', '-mavx512f', '-mavx512vl', '-mavx512dq', '-mavx512bw'],
    '-mprefer-vector-width=512',
  ],
};

const FLAGS = [
  ...['-std=c++17', '-pthread', '-fvisibility=hidden', '-Wall', '-Wextra'],
  // Products and sums may fuse; nothing else about floating point is given up, NaN and infinity least of all.
  ...['-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math'],
];
/** Plain definitions stay plain; GCC 12 also breaks off over one of them when it vectorises for arm64. */
const TEST_FLAGS = ['-fno-tree-vectorize'];
const SANITIZERS = {
  address: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer', '-g'],
  thread: ['-fsanitize=thread', '-fno-omit-frame-pointer', '-g'],
};

/** Where the package's binary for a platform belongs. */
export function packagedBinary(target = hostTarget()) {
  return join(root, 'prebuilds', target, 'vicuna.node');
}

/** @returns {string | undefined} a C++ compiler that runs */
export function findCompiler(target = hostTarget()) {
  const candidates = process.env.CXX ? [process.env.CXX] : toolsFor(target).compilers;
  return candidates.find((compiler) => spawnSync(compiler, ['--version']).status === 0);
}

/**
 * @param {import('./build-native.mjs').BuildOptions} options
 * @returns {Promise<string>} path of what was built
 */
export async function buildNative({ target = hostTarget(), tests = false, sanitize, log = () => {} } = {}) {
  const tools = toolsFor(target);
  const compiler = findCompiler(target);
  if (compiler === undefined)
    throw new Error(`No C++ compiler for ${target}: install ${tools.compilers.join(' or ')}, or set CXX.`);
  const headers = createRequire(import.meta.url)('node-api-headers');
  const objects = join(root, 'build/native', [target, sanitize ?? 'release'].join('-'));
  mkdirSync(objects, { recursive: true });

  const folders = ['core', 'kernels', 'isa', 'model', ...(tests ? ['test'] : ['binding', ...tools.folders])];
  const sources = folders
    .flatMap((folder) => readdirSync(join(source, folder)).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith('.cpp') && (tools.architecture === 'x64' || !(file in INSTRUCTION_FLAGS)));
  const newestShared = Math.max(modified(script), ...folders.map((folder) => newestHeader(join(source, folder))));
  // Sanitized code is optimised too, so that it rounds as the released code does.
  const optimise = sanitize ? ['-O2', ...SANITIZERS[sanitize]] : ['-O3'];
  const include = tests ? [] : [`-I${headers.include_dir}`];
  const objectOf = (file) => join(objects, file.replaceAll('/', '_').replace(/cpp$/, 'o'));
  const stale = sources.filter((file) => {
    const object = objectOf(file);
    if (!existsSync(object)) return true;
    const built = modified(object);
    return built < newestShared || built < modified(join(source, file));
  });
  await inParallel(stale, async (file) => {
    log(`compiling native/${file}`);
    const own = file.startsWith('test/') ? TEST_FLAGS : (INSTRUCTION_FLAGS[file] ?? []);
    const flags = [...FLAGS, ...tools.compileFlags, ...optimise, ...own, ...include];
    await run(compiler, [...flags, '-c', join(source, file), '-o', objectOf(file)]);
  });

  const inBuild = tests ? join(objects, tools.executable('tests')) : join(objects, 'vicuna.node');
  const output = tests || sanitize ? inBuild : packagedBinary(target);
  mkdirSync(dirname(output), { recursive: true });
  const imports = tests ? [] : await tools.importNode({ headers, folder: objects, run });
  // Sanitizers bring libraries of their own; else the binary stands alone.
  const alone = sanitize ? SANITIZERS[sanitize] : tools.standaloneFlags;
  const kind = tests ? [] : tools.libraryFlags;
  // Written beside and renamed: a process that has the old file loaded keeps it.
  const fresh = join(dirname(output), `.${process.pid}.${basename(output)}`);
  await run(compiler, [...kind, '-pthread', ...sources.map(objectOf), ...imports, ...alone, '-o', fresh]);
  renameSync(fresh, output);
  log(`built ${relative(root, output)}`);
  return output;
}

function modified(file) {
  return statSync(file).mtimeMs;
}

function newestHeader(folder) {
  const headers = readdirSync(folder).filter((file) => file.endsWith('.h'));
  return Math.max(0, ...headers.map((file) => modified(join(folder, file))));
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

if (process.argv[1] === script) {
  const { values } = parseArgs({
    options: { target: { type: 'string' }, tests: { type: 'boolean' }, sanitize: { type: 'string' } },
  });
  const { target, tests, sanitize } = values;
  if (sanitize !== undefined && !(sanitize in SANITIZERS))
    throw new Error(`--sanitize takes ${Object.keys(SANITIZERS).join(' or ')}, not ${sanitize}.`);
  await buildNative({ target, tests, sanitize, log: console.log });
}
