import { promisify } from 'node:util';
import { VicunaError } from '../../core/index.js';

type Koffi = Pick<typeof import('koffi'), 'config' | 'load' | 'out' | 'pointer'>;
type CType = string | ReturnType<Koffi['out']>;
type Pointer = bigint | ArrayBufferView | null;
/** MPI_Comm, MPI_Datatype and so on: pointers in Open MPI, whole numbers in MPICH. */
type Handle = unknown;
type Native<Arguments extends readonly unknown[]> = (...values: Arguments) => Promise<void>;

/** The calls of an installed MPI library. Asynchronous ones run on Node's thread pool; one at a time, please. */
export interface MpiLibrary {
  readonly name: 'Open MPI' | 'MPICH';
  readonly world: Handle;
  readonly float: Handle;
  readonly double: Handle;
  readonly inPlace: bigint;
  /** Memory for so many requests, and a view of the one at an index. */
  requests(count: number): { readonly all: ArrayBufferView; at(index: number): ArrayBufferView };
  initialise(): Promise<void>;
  finalise(): Promise<void>;
  rank(): number;
  worldSize(): number;
  send: (from: ArrayBufferView, count: number, type: Handle, peer: number, request: ArrayBufferView) => void;
  receive: (into: ArrayBufferView, count: number, type: Handle, peer: number, request: ArrayBufferView) => void;
  waitAll(count: number, requests: ArrayBufferView): Promise<void>;
  allGather: Native<[Pointer, number, Handle, Pointer, Int32Array, Int32Array, Handle]>;
  allToAll: Native<[Pointer, Int32Array, Int32Array, Handle, Pointer, Int32Array, Int32Array, Handle]>;
  broadcast: Native<[Pointer, number, Handle, number]>;
  /** Ends every process of the job, this one too, within seconds. */
  abort(exitCode: number): never;
}

interface Implementation {
  readonly name: MpiLibrary['name'];
  readonly files: readonly string[];
}

const OPEN_MPI: Implementation = { name: 'Open MPI', files: ['libmpi.so.40'] };
const MPICH: Implementation = { name: 'MPICH', files: ['libmpich.so.12', 'libmpi.so.12'] };

// dlfcn.h. Never to be unloaded: threads of the pool still own state of it when Node exits.
const RTLD_NOW = 0x2;
const RTLD_GLOBAL = 0x100;
const RTLD_NODELETE = 0x1000;
// A reduction on koffi's default stack of 128 KiB overflows it.
const STACK_BYTES = 2 << 20;
const THREAD_SERIALISED = 2;
const THREAD_MULTIPLE = 3;
const TAG = 1;
const ABORT_SECONDS = 5;

/**
 * Loads the MPI library that belongs to the launcher.
 *
 * @throws VicunaError `collectives-unavailable` when koffi or the library is not installed.
 */
export async function loadMpi(launcher: string, file: string | undefined): Promise<MpiLibrary> {
  if (process.platform !== 'linux')
    throw new VicunaError('collectives-unavailable', `MPI jobs run on Linux; this is ${process.platform}.`);
  const koffi = await loadKoffi();
  const preferred = launcher.includes('MPICH') ? [MPICH, OPEN_MPI] : [OPEN_MPI, MPICH];
  const dlopen = koffi.load('libc.so.6').func('void *dlopen(const char *, int)');
  const candidates = file === undefined ? preferred.flatMap(({ files }) => files) : [file];
  const found = candidates.find((candidate) => dlopen(candidate, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) !== null);
  if (found === undefined)
    throw new VicunaError(
      'collectives-unavailable',
      `No MPI library can be loaded (tried ${candidates.join(', ')}). Install Open MPI, on Debian and Ubuntu with \`apt install openmpi-bin\`.`,
    );
  return bind(koffi, found);
}

async function loadKoffi(): Promise<Koffi> {
  let koffi: Koffi;
  try {
    const loaded = await import('koffi');
    koffi = loaded.default ?? loaded;
  } catch (cause) {
    throw new VicunaError(
      'collectives-unavailable',
      'MPI is called through koffi, which cannot be loaded. Install it with `npm i koffi`.',
      { cause },
    );
  }
  try {
    koffi.config({ async_stack_size: STACK_BYTES });
  } catch (cause) {
    throw new VicunaError(
      'collectives-unavailable',
      'koffi was used before the job was joined, so its stack can no longer be enlarged for MPI. Join the job first.',
      { cause },
    );
  }
  return koffi;
}

function bind(koffi: Koffi, file: string): MpiLibrary {
  const library = koffi.load(file, { global: true, lazy: true });
  const constants = openMpiConstants(library) ?? mpichConstants;
  const { handle } = constants;
  const declare = (name: string, ...types: CType[]) => library.func(name, 'int', types);
  const outInt = koffi.out(koffi.pointer('int'));
  const errorString = declare('MPI_Error_string', 'int', 'void *', outInt);
  const check = (code: number, name: string): void => {
    if (code === 0) return;
    const text = Buffer.alloc(1024);
    const length = [0];
    errorString(code, text, length);
    throw new VicunaError('rank-failed', `${name} failed: ${text.toString('latin1', 0, length[0])}`);
  };
  const synchronous = (name: string, ...types: CType[]) => {
    const native = declare(name, ...types);
    return (...values: unknown[]) => check(native(...values) as number, name);
  };
  const asynchronous = (name: string, ...types: CType[]) => {
    const native = promisify(declare(name, ...types).async) as (...values: unknown[]) => Promise<number>;
    return async (...values: unknown[]) => check(await native(...values), name);
  };
  const initialise = asynchronous('MPI_Init_thread', 'void *', 'void *', 'int', outInt);
  const setErrorHandler = synchronous('MPI_Comm_set_errhandler', handle, handle);
  const commRank = synchronous('MPI_Comm_rank', handle, outInt);
  const commSize = synchronous('MPI_Comm_size', handle, outInt);
  const transfer = ['void *', 'int', handle, 'int', 'int', handle, 'void *'];
  const send = synchronous('MPI_Isend', ...transfer);
  const receive = synchronous('MPI_Irecv', ...transfer);
  const waitAll = asynchronous('MPI_Waitall', 'int', 'void *', 'void *');
  const varying = ['void *', 'void *', 'void *', handle];
  const allGather = asynchronous('MPI_Allgatherv', 'void *', 'int', handle, ...varying, handle);
  const allToAll = asynchronous('MPI_Alltoallv', ...varying, ...varying, handle);
  const broadcast = asynchronous('MPI_Bcast', 'void *', 'int', handle, 'int', handle);
  const abort = declare('MPI_Abort', handle, 'int');
  const alarm = koffi.load('libc.so.6').func('unsigned int alarm(unsigned int)');
  const { world } = constants;
  const ask = (question: (...values: unknown[]) => void) => {
    const answer = [0];
    question(world, answer);
    return answer[0]!;
  };
  return {
    ...constants,
    requests(count) {
      const all = handle === 'int' ? new Int32Array(count) : new BigUint64Array(count);
      return { all, at: (index) => all.subarray(index, index + 1) };
    },
    async initialise() {
      const provided = [0];
      await initialise(null, null, THREAD_MULTIPLE, provided);
      if (provided[0]! < THREAD_SERIALISED)
        throw new VicunaError('collectives-unavailable', `${file} was built without support for threads.`);
      setErrorHandler(world, constants.errorsReturn);
    },
    finalise: asynchronous('MPI_Finalize'),
    rank: () => ask(commRank),
    worldSize: () => ask(commSize),
    send: (from, count, type, peer, request) => send(from, count, type, peer, TAG, world, request),
    receive: (into, count, type, peer, request) => receive(into, count, type, peer, TAG, world, request),
    waitAll: (count, requests) => waitAll(count, requests, constants.ignoreStatuses),
    allGather: (...values) => allGather(...values, world),
    allToAll: (...values) => allToAll(...values, world),
    broadcast: (...values) => broadcast(...values, world),
    abort(exitCode) {
      // Should the library itself be stuck, the signal of the alarm ends this process, and the launcher the others.
      alarm(ABORT_SECONDS);
      abort(world, exitCode);
      process.kill(process.pid, 'SIGKILL');
      throw new Error('unreachable');
    },
  };
}

interface Constants extends Pick<MpiLibrary, 'name' | 'world' | 'float' | 'double' | 'inPlace'> {
  /** C type of a handle. */
  readonly handle: 'void *' | 'int';
  readonly errorsReturn: Handle;
  readonly ignoreStatuses: bigint;
}

/** Open MPI's handles are addresses of its global variables. */
function openMpiConstants(library: ReturnType<Koffi['load']>): Constants | undefined {
  const address = (name: string): Handle => library.symbol(name);
  try {
    return {
      name: 'Open MPI',
      handle: 'void *',
      world: address('ompi_mpi_comm_world'),
      float: address('ompi_mpi_float'),
      double: address('ompi_mpi_double'),
      errorsReturn: address('ompi_mpi_errors_return'),
      inPlace: 1n,
      ignoreStatuses: 0n,
    };
  } catch {
    return undefined;
  }
}

/** From the common ABI of MPICH, Intel MPI and MVAPICH. */
const mpichConstants: Constants = {
  name: 'MPICH',
  handle: 'int',
  world: 0x44000000,
  float: 0x4c00040a,
  double: 0x4c00080b,
  errorsReturn: 0x54000001,
  inPlace: BigInt.asUintN(64, -1n),
  ignoreStatuses: 1n,
};
