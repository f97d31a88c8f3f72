import { DataError } from '../../core/index.js';
import { decodeExample, encodedLength } from '../packing/record.js';
import type { SupervisedExample } from '../supervised/index.js';

/**
 * How a file of examples begins. Examples follow, each as an {@link ExampleStore} keeps it: three 32-bit words (tokens,
 * bytes a token, bytes of the name), the ids (16 or 32 bits each), one bit a token that says whether it is learned (its
 * label is then the token itself, -100 otherwise), the name `{"id", "segmentOf"}` as JSON. All of it little-endian,
 * nothing padded.
 */
export const exampleFileMagic = Buffer.from('vicuna examples\n', 'latin1');

/** The examples of a file that is in memory. @throws DataError naming the file */
export function* readExamples(bytes: Uint8Array<ArrayBuffer>, file: string): Generator<SupervisedExample> {
  const damaged = (offset: number, problem: string) =>
    new DataError({ file, offset }, `${problem}. Delete the directory and prepare the data again.`);
  if (!exampleFileMagic.equals(bytes.subarray(0, exampleFileMagic.length)))
    throw damaged(0, 'this is no file of prepared examples');
  for (let start = exampleFileMagic.length; start < bytes.length; ) {
    const length = encodedLength(bytes, start);
    if (length === undefined || start + length > bytes.length) throw damaged(start, 'the file ends inside an example');
    // A copy (a Buffer's own `slice` makes none), since numbers that are read in place have to be aligned.
    yield decodeExample(Uint8Array.from(bytes.subarray(start, start + length)));
    start += length;
  }
}
