import type { FileMetaData, RowGroup } from 'hyparquet';
import { DataError, VicunaError } from '../../../core/index.js';
import type { JsonItem, ReadAmounts } from '../../../io/index.js';
import type { Fields } from '../shape.js';
import { ParquetFile, reasonOf } from './file.js';
import { plainFields } from './values.js';

export interface ParquetReaderOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each row group. */
  readonly onRead?: ((amounts: ReadAmounts) => void) | undefined;
  /** Columns by which rows are chosen. The others of a row group are read only where some row is wanted. */
  readonly choose?: RowChoice | undefined;
}

/** Which rows are wanted, by a few small columns. Rows that are not come with these columns alone. */
export interface RowChoice {
  readonly columns: readonly string[];
  readonly wants: (row: Fields) => boolean;
}

/** Largest row group in bytes, uncompressed: the bound on memory. Writers make them of 1,000 rows to 128 MiB. */
const maxRowGroupBytes = 1024 ** 3;

/** Whether a source is read as a Parquet file: by its name, as every tool that has to do with them. */
export function isParquetFile(source: unknown): source is string | URL {
  return (typeof source === 'string' || source instanceof URL) && /\.parquet$/i.test(String(source));
}

/**
 * Reads the rows of a Parquet file as JSON values, one row group in memory at a time. A row group that is damaged costs
 * the file: what follows it cannot be trusted.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError naming the file and the row group.
 */
export async function* readParquet(
  location: string | URL,
  { signal, onRead, choose }: ParquetReaderOptions = {},
): AsyncGenerator<JsonItem, void, undefined> {
  await using file = await ParquetFile.open(location);
  const metadata = await file.readMetadata();
  let firstRow = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    signal?.throwIfAborted();
    const rows = await readGroup(file, metadata, { index, group, firstRow, choose });
    for (const [row, value] of rows.entries())
      yield { type: 'record', value: plainFields(value), location: { file: file.path, line: firstRow + row + 1 } };
    firstRow += Number(group.num_rows);
    onRead?.({ bytes: file.taken, stored: Math.min(file.taken, file.byteLength), size: file.byteLength });
  }
}

interface GroupPlace {
  readonly index: number;
  readonly group: RowGroup;
  readonly firstRow: number;
  readonly choose: RowChoice | undefined;
}

async function readGroup(file: ParquetFile, metadata: FileMetaData, place: GroupPlace): Promise<Fields[]> {
  const { index, group, firstRow, choose } = place;
  const offset = Number(group.columns[0]?.meta_data?.data_page_offset ?? group.file_offset ?? 0);
  const wrong = (problem: string, cause?: unknown) =>
    new DataError({ file: file.path, offset }, `row group ${index} of ${metadata.row_groups.length}: ${problem}`, {
      cause,
    });
  const bytes = Number(group.total_byte_size);
  if (bytes > maxRowGroupBytes)
    throw wrong(
      `it has ${bytes} bytes, more than the ${maxRowGroupBytes} that are read at once. Write the file again with smaller row groups, of 1,000 rows for example.`,
    );
  const read = async (columns?: string[]): Promise<Fields[]> => {
    const [{ parquetReadObjects }, { compressors }] = await Promise.all([
      import('hyparquet'),
      import('hyparquet-compressors'),
    ]);
    const range = { rowStart: firstRow, rowEnd: firstRow + Number(group.num_rows) };
    return parquetReadObjects({ file, metadata, compressors, ...range, ...(columns && { columns }) });
  };
  try {
    const chosen = choose?.columns.filter((name) => hasColumn(group, name));
    if (choose && chosen?.length === choose.columns.length) {
      const front = await read(chosen);
      if (!front.some((row) => choose.wants(row))) return front;
    }
    const rows = await read();
    if (rows.length === Number(group.num_rows)) return rows;
    throw new RangeError(`${rows.length} rows of ${group.num_rows} were found`);
  } catch (error) {
    if (VicunaError.isInstance(error)) throw error;
    throw wrong(`it cannot be decoded (${reasonOf(error)}). The file is damaged: get it again.`, error);
  }
}

function hasColumn(group: RowGroup, name: string): boolean {
  return group.columns.some(({ meta_data }) => meta_data?.path_in_schema[0] === name);
}
