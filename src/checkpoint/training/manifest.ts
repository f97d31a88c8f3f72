import { type CheckpointBlock, type TensorKind, tensorKinds } from './pieces.js';
import type { RankFileLayout, Stretch } from './rank-file.js';
import type { TrainingState } from './state.js';

export const MANIFEST_FORMAT = 'vicuna-sdk training checkpoint';
export const MANIFEST_VERSION = 1;

/** A stretch of a flattened parameter: where its float32 numbers are. */
export interface ManifestPiece {
  /** Number of the file in {@link Manifest.files}. */
  readonly file: number;
  /** Bytes of the file, from its beginning, the end not included. */
  readonly bytes: readonly [start: number, end: number];
  /** Elements of the flattened parameter, the end not included. */
  readonly elements: readonly [start: number, end: number];
}

export interface ManifestParameter {
  /** Hugging Face name. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32';
  /** In the order of their elements, without gaps. */
  readonly pieces: Partial<Readonly<Record<TensorKind, readonly ManifestPiece[]>>>;
}

/**
 * What a checkpoint's `manifest.json` says. It speaks of parameters by name and shape, not of ranks and blocks, so that
 * any world size, and any other tool, can read the numbers.
 */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly version: number;
  /** Counts the commits of a run: which checkpoint is newest when a run was set back to an older step. */
  readonly sequence: number;
  readonly worldSize: number;
  readonly state: TrainingState;
  /** One a rank, by rank. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly parameters: readonly ManifestParameter[];
}

export interface ManifestParts {
  readonly sequence: number;
  readonly state: TrainingState;
  readonly blocks: readonly CheckpointBlock[];
  /** By rank. */
  readonly layouts: readonly RankFileLayout[];
  /** SHA-256 of the files, by rank. */
  readonly hashes: readonly string[];
}

export function buildManifest({ sequence, state, blocks, layouts, hashes }: ManifestParts): Manifest {
  const pieces = new Map<string, ManifestPiece[]>();
  const key = ({ kind, name }: Pick<Stretch, 'kind' | 'name'>) => `${kind}/${name}`;
  for (const [file, { stretches }] of layouts.entries())
    for (const stretch of stretches) {
      const { bytes, elements } = stretch;
      const known = pieces.get(key(stretch));
      if (known === undefined) pieces.set(key(stretch), [{ file, bytes, elements }]);
      else known.push({ file, bytes, elements });
    }
  const piecesOf = (name: string) =>
    Object.fromEntries(
      tensorKinds.flatMap((kind) => {
        const found = pieces.get(key({ kind, name }));
        return found === undefined ? [] : [[kind, found.sort((a, b) => a.elements[0] - b.elements[0])]];
      }),
    );
  return {
    format: MANIFEST_FORMAT,
    version: MANIFEST_VERSION,
    sequence,
    worldSize: layouts.length,
    state,
    files: layouts.map(({ name, bytes }, rank) => ({ name, bytes, sha256: hashes[rank]! })),
    parameters: blocks.flatMap(({ parameters }) =>
      parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const, pieces: piecesOf(name) })),
    ),
  };
}
