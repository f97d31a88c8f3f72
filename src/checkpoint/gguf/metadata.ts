import { CheckpointError, quoteValue } from '../errors.js';

/** Kinds of values in the order of their numbers in the file; `array` is a kind of its own. */
export const kinds = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;

export type GgufKind = Exclude<(typeof kinds)[number], 'array'>;
/** 64-bit numbers that a double does not hold exactly are bigints. */
export type GgufScalar = number | bigint | boolean | string;

/** A value of a file's metadata, with the kind it is stored as. */
export type GgufEntry =
  | { readonly kind: GgufKind; readonly value: GgufScalar }
  | { readonly kind: 'array'; readonly element: GgufKind; readonly value: readonly GgufScalar[] };

export type GgufMetadata = ReadonlyMap<string, GgufEntry>;

/** Reads metadata by key and checks what it gets. */
export class GgufFields {
  readonly file: string;
  readonly #metadata: GgufMetadata;

  constructor(metadata: GgufMetadata, file: string) {
    this.#metadata = metadata;
    this.file = file;
  }

  /** A whole number from 0 on. */
  integer(key: string): number | undefined {
    return this.#scalar(
      key,
      'a whole number from 0 on',
      (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
    );
  }

  /**
   * A number. What is stored as float32 becomes the shortest decimal that rounds to it: 1e-5 is written and read as 1e-5.
   */
  number(key: string): number | undefined {
    const value = this.#scalar(key, 'a number', (found): found is number => typeof found === 'number');
    return value !== undefined && this.#metadata.get(key)!.kind === 'float32' ? shortest(value) : value;
  }

  text(key: string): string | undefined {
    return this.#scalar(key, 'a text', (value): value is string => typeof value === 'string');
  }

  flag(key: string): boolean | undefined {
    return this.#scalar(key, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  texts(key: string): readonly string[] | undefined {
    return this.#list(key, 'texts', (value): value is string => typeof value === 'string');
  }

  numbers(key: string): readonly number[] | undefined {
    return this.#list(key, 'numbers', (value): value is number => typeof value === 'number');
  }

  /** A whole number, or one for each layer that are all the same. @throws CheckpointError where they differ. */
  uniform(key: string): number | undefined {
    if (this.#metadata.get(key)?.kind !== 'array') return this.integer(key);
    const [first, ...others] = this.numbers(key)!;
    if (first !== undefined && others.every((value) => value === first)) return first;
    throw this.error(`${key} differs from layer to layer. All layers have one shape here.`);
  }

  error(problem: string): CheckpointError {
    return new CheckpointError({ file: this.file }, problem);
  }

  #scalar<Value extends GgufScalar>(
    key: string,
    wanted: string,
    is: (value: unknown) => value is Value,
  ): Value | undefined {
    const entry = this.#metadata.get(key);
    if (entry === undefined) return undefined;
    if (is(entry.value)) return entry.value;
    throw this.error(`${key} is ${quoteValue(entry.value)}, not ${wanted}. Fetch the file again.`);
  }

  #list<Value extends GgufScalar>(
    key: string,
    wanted: string,
    is: (value: unknown) => value is Value,
  ): readonly Value[] | undefined {
    const entry = this.#metadata.get(key);
    if (entry === undefined) return undefined;
    if (entry.kind === 'array' && entry.value.every(is)) return entry.value as readonly Value[];
    throw this.error(`${key} is ${quoteValue(entry.value)}, not a list of ${wanted}. Fetch the file again.`);
  }
}

function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return value;
}
