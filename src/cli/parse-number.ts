import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError, which the command line shows with the option's name. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It has to be a number.');
  return value;
}

/** @throws InvalidArgumentError, which the command line shows with the option's name. */
export function parseCount(text: string): number {
  const value = parseNumber(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It has to be a whole number from 1 on.');
  return value;
}

/** @throws InvalidArgumentError, which the command line shows with the option's name. */
export function parsePort(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('It has to be a port, from 0 to 65535.');
  return value;
}
