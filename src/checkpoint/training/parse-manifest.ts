import * as z from 'zod';
import { TrainingCheckpointError } from '../errors.js';
import { MANIFEST_FORMAT, MANIFEST_VERSION, type Manifest, type ManifestParameter } from './manifest.js';
import { tensorKinds } from './pieces.js';
import { rankFileName } from './rank-file.js';
import { trainingStateSchema } from './state.js';

const count = z.int().nonnegative();
const range = z.tuple([count, count]).readonly();
const pieces = z.array(z.strictObject({ file: count, bytes: range, elements: range }));

const schema: z.ZodType<Manifest> = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  version: z.literal(MANIFEST_VERSION),
  sequence: count,
  worldSize: z.int().positive(),
  state: trainingStateSchema,
  files: z.array(z.strictObject({ name: z.string(), bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
  parameters: z.array(
    z.strictObject({
      name: z.string().min(1).max(1000),
      shape: z.array(z.int().positive()).max(8),
      dtype: z.literal('float32'),
      pieces: z.partialRecord(z.enum(tensorKinds), pieces),
    }),
  ),
});

/**
 * Checks a manifest's every claim that reading relies on, so that a hostile one can make us neither read outside the
 * checkpoint's own files nor allocate what it does not hold.
 *
 * @throws TrainingCheckpointError
 */
export function parseManifest(value: unknown, file: string): Manifest {
  const { format, version } = Object(value) as Record<string, unknown>;
  if (format === MANIFEST_FORMAT && typeof version === 'number' && version > MANIFEST_VERSION)
    throw new TrainingCheckpointError(
      'checkpoint-unsupported',
      file,
      `it is of format version ${version}, and this version of the package reads up to ${MANIFEST_VERSION}. Update the package, or move the directory away to go on from an older checkpoint.`,
    );
  const fail = (problem: string) =>
    new TrainingCheckpointError('checkpoint-unreadable', file, `${problem} It was changed after it was written.`);
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw fail(`${path.map(String).join('.').slice(0, 200) || 'the whole'}: ${message}.`);
  }
  const manifest = parsed.data;
  const problem = findContradiction(manifest);
  if (problem !== undefined) throw fail(problem);
  return manifest;
}

function findContradiction({ worldSize, files, parameters }: Manifest): string | undefined {
  if (files.length !== worldSize) return `it lists ${files.length} files for ${worldSize} ranks.`;
  for (const [rank, { name }] of files.entries())
    if (name !== rankFileName(rank, worldSize))
      return `file ${rank} is called ${JSON.stringify(name.slice(0, 80))} instead of ${rankFileName(rank, worldSize)}.`;
  if (new Set(parameters.map(({ name }) => name)).size !== parameters.length) return 'a parameter is listed twice.';
  for (const parameter of parameters) {
    const problem = findWrongPiece(parameter, files);
    if (problem !== undefined) return `${parameter.name.slice(0, 200)}: ${problem}`;
  }
  return findSharedBytes(parameters);
}

function findWrongPiece({ shape, pieces }: ManifestParameter, files: Manifest['files']): string | undefined {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (!Number.isSafeInteger(size)) return 'its shape is too large to be true.';
  for (const kind of tensorKinds) {
    let covered = 0;
    for (const { file, bytes, elements } of pieces[kind] ?? []) {
      const held = files[file];
      if (held === undefined) return `${kind} is in file ${file} of ${files.length}.`;
      if (elements[0] !== covered || elements[1] <= covered)
        return `${kind}: a piece holds elements [${elements}), after ${covered}.`;
      if (bytes[1] - bytes[0] !== (elements[1] - elements[0]) * Float32Array.BYTES_PER_ELEMENT || bytes[1] > held.bytes)
        return `${kind}: bytes [${bytes}) of ${held.name} do not hold elements [${elements}).`;
      covered = elements[1];
    }
    if (pieces[kind] !== undefined && covered !== size) return `${kind} has ${covered} of ${size} elements.`;
  }
  return undefined;
}

function findSharedBytes(parameters: readonly ManifestParameter[]): string | undefined {
  const all = parameters.flatMap(({ name, pieces }) =>
    tensorKinds.flatMap((kind) => (pieces[kind] ?? []).map(({ file, bytes }) => ({ name, file, bytes }))),
  );
  all.sort((left, right) => left.file - right.file || left.bytes[0] - right.bytes[0]);
  const second = all.findIndex(({ file, bytes }, index) => {
    const before = all[index - 1];
    return before?.file === file && before.bytes[1] > bytes[0];
  });
  return second === -1
    ? undefined
    : `${all[second - 1]!.name.slice(0, 200)} and ${all[second]!.name.slice(0, 200)} share bytes of file ${all[second]!.file}.`;
}
