// What differs between the platforms that the native engine is built for.
import { closeSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Platforms that there are compilers for, and those compilers where the platform is not the one we run on. */
const CROSS_COMPILERS = {
  'linux-x64': 'x86_64-linux-gnu-g++',
  'linux-arm64': 'aarch64-linux-gnu-g++',
  'linux-x64-musl': 'x86_64-linux-musl-g++',
  'linux-arm64-musl': 'aarch64-linux-musl-g++',
  'darwin-x64': 'x86_64-apple-darwin-clang++',
  'darwin-arm64': 'aarch64-apple-darwin-clang++',
  // The variant whose standard library has threads.
  'win32-x64': 'x86_64-w64-mingw32-g++-posix',
};

const PLATFORM_TOOLS = {
  linux: {
    hostCompilers: ['c++', 'g++', 'clang++'],
    compileFlags: ['-fPIC'],
    libraryFlags: ['-shared'],
    // The C++ library goes into the file and out of its exports: Node brings a copy of its own, which must not mix with
    // this one, and what nothing calls is left out.
    standaloneFlags: [...['-static-libstdc++', '-static-libgcc', '-Wl,--exclude-libs,ALL', '-Wl,--gc-sections', '-s']],
  },
  darwin: {
    hostCompilers: ['c++', 'clang++'],
    compileFlags: ['-fPIC'],
    libraryFlags: ['-bundle', '-undefined', 'dynamic_lookup'],
    standaloneFlags: [],
  },
  win32: {
    // The kernels are written with vector extensions, which Microsoft's compiler does not have.
    hostCompilers: ['g++'],
    // Windows aligns the stack to 16 bytes and GCC believes it to be 32 or 64 (GCC bug 54412): moves that do not care.
    compileFlags: ['-DNOMINMAX', '-Wa,-muse-unaligned-vector-move'],
    libraryFlags: ['-shared'],
    standaloneFlags: ['-static', '-Wl,--gc-sections', '-s'],
    folders: ['windows'],
    executable: (name) => `${name}.exe`,
    importNode: importNodeOnWindows,
  },
};

/** Name of the platform that this runs on, and of its folder of binaries. */
export function hostTarget() {
  return `${process.platform}-${process.arch}${process.platform === 'linux' && usesMusl() ? '-musl' : ''}`;
}

/** Compilers, flags and files for a platform. */
export function toolsFor(target) {
  const [platform, architecture] = target.split('-');
  const { hostCompilers, ...tools } = PLATFORM_TOOLS[platform] ?? PLATFORM_TOOLS.linux;
  const isHost = target === hostTarget();
  if (!isHost && !(target in CROSS_COMPILERS))
    throw new Error(`There is no target ${target}. There are: ${Object.keys(CROSS_COMPILERS).join(', ')}.`);
  return {
    architecture,
    compilers: isHost ? hostCompilers : [CROSS_COMPILERS[target]],
    folders: [],
    executable: (name) => name,
    importNode: async () => [],
    ...tools,
  };
}

/** Node on Alpine and the like names musl's loader near the start of its file. */
function usesMusl() {
  const start = Buffer.alloc(4096);
  const file = openSync(process.execPath, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  return start.includes('/ld-musl-');
}

/**
 * Makes libraries that say which functions the host process will have. They are looked up when first called, in the
 * process's own file whatever its name (`windows/host_process.cpp`).
 */
async function importNodeOnWindows({ headers, folder, run }) {
  const definitions = Object.values(headers.def_paths);
  const libraries = await Promise.all(
    definitions.map(async (definition) => {
      const library = join(folder, `${basename(definition, '.def')}.a`);
      const dlltool = process.platform === 'win32' ? 'dlltool' : 'x86_64-w64-mingw32-dlltool';
      await run(dlltool, ['--input-def', definition, '--dllname', 'node.exe', '--output-delaylib', library]);
      return library;
    }),
  );
  return [...libraries, '-ldelayimp'];
}
