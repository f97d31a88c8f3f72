import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type ConfigError, DataError, parseConfig, VicunaError } from '../../src/core/index.js';

const schema = z.strictObject({
  words: z.array(z.string().min(1)).readonly().default(['a']),
  size: z.number().int().positive().default(3),
});

const failure = (value: unknown): ConfigError => {
  try {
    parseConfig(schema, value, 'Example config');
  } catch (error) {
    return error as ConfigError;
  }
  throw new Error('it was accepted');
};

describe('parseConfig', () => {
  it('fills in defaults', () => {
    expect(parseConfig(schema, { size: 5 }, 'Example config')).toEqual({ words: ['a'], size: 5 });
  });

  it('names every field at fault by its path', () => {
    const error = failure({ words: ['ok', ''], size: 1.5 });
    expect(error.issues.map((issue) => issue.path)).toEqual(['words.1', 'size']);
    expect(error.message).toMatch(/^Example config cannot be used:\n {2}words\.1: /);
  });

  it('names an unknown field', () => {
    expect(failure({ sise: 5 }).message).toContain('"sise"');
  });
});

describe('VicunaError', () => {
  it('is recognised across copies of the package by its brand, not its class', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('vicuna-sdk.error')]: true, code: 'disposed' });
    expect(VicunaError.isInstance(foreign)).toBe(true);
    expect(VicunaError.isInstance(new Error('x'))).toBe(false);
    expect(VicunaError.isInstance(undefined)).toBe(false);
  });

  it('keeps its cause and carries its own name', () => {
    const cause = new Error('inner');
    const error = new VicunaError('engine-failed', 'outer', { cause });
    expect(error.cause).toBe(cause);
    expect(error.name).toBe('VicunaError');
    expect(failure({ size: 0 }).name).toBe('ConfigError');
  });
});

describe('DataError', () => {
  it('says where: file, line, byte and id', () => {
    const error = new DataError({ file: 'logs.json', line: 3, offset: 120, id: 'x"y' }, 'expected a string');
    expect(error.message).toBe('logs.json:3 (byte 120, id "x\\"y"): expected a string');
    expect(new DataError({ file: 'logs.json' }, 'empty').message).toBe('logs.json: empty');
  });
});
