import { createRequire } from 'node:module';

// The library's declarations name its files without their extensions, which TypeScript does not find from here.
interface Library {
  tokenize(source: string, options: { readonly lstrip_blocks: boolean; readonly trim_blocks: boolean }): unknown;
  parse(tokens: unknown): Program;
  readonly Environment: new () => Environment;
  readonly Interpreter: new (environment: Environment) => Interpreter;
}

export interface Program {
  readonly body: unknown;
}

interface Environment {
  set(name: string, value: unknown): Value;
  setVariable(name: string, value: Value): Value;
}

interface Interpreter {
  run(program: Program): Value;
  evaluate(statement: Statement | undefined, scope: Environment): Value;
}

interface Statement {
  readonly type: string;
}

interface Value {
  readonly value: unknown;
}

/** A template did more work than any real one needs. */
export class TooMuchWork extends Error {}

/** A template refused the messages, with `raise_exception`. */
export class Refused extends Error {}

// Longer than any template that is published, and short enough that the library's scans of it, which take the square of
// a run of white space, are over at once.
const MOST_CHARACTERS = 256 * 1024;
const LONGEST_WHITE_SPACE = 1024;

let loaded: Library | undefined;

/** The library is loaded when a template is first used: importing this package is to cost nothing. */
function library(): Library {
  loaded ??= createRequire(import.meta.url)('@huggingface/jinja') as Library;
  return loaded;
}

/** @throws Error saying what is wrong with the text. */
export function parseTemplate(source: string): Program {
  if (source.length > MOST_CHARACTERS) throw new TooMuchWork(`it is longer than ${MOST_CHARACTERS} characters`);
  if (new RegExp(`\\s{${LONGEST_WHITE_SPACE},}`).test(source))
    throw new TooMuchWork(`it has ${LONGEST_WHITE_SPACE} characters of white space in a row`);
  const { tokenize, parse } = library();
  return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
}

/**
 * Runs a template.
 *
 * @param budget - how many steps it may take; what is read and written counts too.
 * @throws TooMuchWork, Refused, or the library's own errors.
 */
export function interpret(program: Program, variables: Readonly<Record<string, unknown>>, budget: number): string {
  const { Environment } = library();
  const environment = new Environment();
  const constants = { true: true, false: false, none: null };
  for (const [name, value] of Object.entries(constants)) {
    environment.set(name, value);
    environment.set(`${name[0]!.toUpperCase()}${name.slice(1)}`, value);
  }
  environment.set('raise_exception', (message: unknown) => {
    throw new Refused(String(message));
  });
  const interpreter = boundedInterpreter(environment, budget);
  environment.set('range', (...bounds: readonly number[]) => interpreter.range(bounds));
  for (const [name, value] of Object.entries(variables))
    environment.setVariable(name, new Environment().set(name, value));
  return String(interpreter.run(program).value);
}

function boundedInterpreter(environment: Environment, budget: number): Interpreter & Ranges {
  const { Interpreter, Environment } = library();
  let left = budget;
  const spend = (work: number) => {
    left -= work;
    if (!(left >= 0)) throw new TooMuchWork('it loops or writes without end');
  };
  // Every expression and statement comes through `evaluate`, so that nothing is done that is not counted. Loops go
  // through their values without it; these are counted as many.
  class BoundedInterpreter extends Interpreter {
    readonly #looped = new Set<Statement>();

    range(bounds: readonly number[]): number[] {
      const [start, stop, step = 1] = bounds.length === 1 ? [0, bounds[0]!] : (bounds as [number, number, number?]);
      const length = Math.max(0, Math.ceil((stop - start) / step));
      spend(length);
      return Array.from({ length }, (_, index) => start + index * step);
    }

    override evaluate(statement: Statement | undefined, scope: Environment): Value {
      spend(1);
      if (statement?.type === 'For') this.#looped.add(iterableOf(statement));
      const value = this.#stripped(statement, scope) ?? super.evaluate(statement, scope);
      const { value: content } = value;
      if (typeof content === 'string') spend(content.length / 16);
      else if (Array.isArray(content))
        spend(statement !== undefined && this.#looped.has(statement) ? 8 * content.length : content.length / 16);
      return value;
    }

    /** `text.strip(characters)`, of which the library ignores the characters. */
    #stripped(statement: Statement | undefined, scope: Environment): Value | undefined {
      if (statement?.type !== 'CallExpression') return undefined;
      const { callee, args } = statement as Call;
      if (args.length !== 1 || callee.type !== 'MemberExpression' || callee.computed) return undefined;
      const side = sides[callee.property.value];
      if (side === undefined) return undefined;
      const [text, characters] = [this.evaluate(callee.object, scope), this.evaluate(args[0]!, scope)];
      if (typeof text.value !== 'string' || typeof characters.value !== 'string') return undefined;
      return new Environment().set('stripped', stripCharacters(text.value, characters.value, side));
    }
  }
  return new BoundedInterpreter(environment);
}

interface Ranges {
  range(bounds: readonly number[]): number[];
}

interface Call extends Statement {
  readonly callee: Statement & {
    readonly computed: boolean;
    readonly object: Statement;
    readonly property: { readonly value: string };
  };
  readonly args: readonly Statement[];
}

interface Loop extends Statement {
  readonly iterable: Statement & { readonly lhs?: Statement };
}

function iterableOf(statement: Statement): Statement {
  const { iterable } = statement as Loop;
  return iterable.type === 'SelectExpression' ? iterable.lhs! : iterable;
}

interface Side {
  readonly left: boolean;
  readonly right: boolean;
}

const sides: Readonly<Record<string, Side>> = {
  strip: { left: true, right: true },
  lstrip: { left: true, right: false },
  rstrip: { left: false, right: true },
};

function stripCharacters(text: string, characters: string, { left, right }: Side): string {
  const dropped = new Set(characters);
  const all = [...text];
  let [start, end] = [0, all.length];
  while (left && start < end && dropped.has(all[start]!)) start++;
  while (right && end > start && dropped.has(all[end - 1]!)) end--;
  return all.slice(start, end).join('');
}
