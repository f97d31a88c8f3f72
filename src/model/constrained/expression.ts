import { utf8Sequences } from './utf8-sequences.js';

/** A set of Unicode code points, as ranges whose both ends belong to it. */
export type CodePointRange = readonly [first: number, last: number];

/** A language of byte strings, to be compiled into an automaton. */
export type Expression =
  /** One byte of a range whose both ends belong to it. */
  | { readonly kind: 'byte'; readonly first: number; readonly last: number }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  /** `maximum` may be Infinity. */
  | { readonly kind: 'repeat'; readonly body: Expression; readonly minimum: number; readonly maximum: number }
  /** An expression that is made when it is first needed, so that it may contain itself. */
  | { readonly kind: 'rule'; readonly rule: Rule };

/** A named part of a grammar. Its identity is the object's own. */
export interface Rule {
  readonly name: string;
  readonly expression: () => Expression;
}

export const nothing: Expression = { kind: 'sequence', parts: [] };

const utf8 = new TextEncoder();

export function text(value: string): Expression {
  return sequence(...Array.from(utf8.encode(value), (byte): Expression => ({ kind: 'byte', first: byte, last: byte })));
}

export function sequence(...parts: readonly Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
}

export function choice(...options: readonly Expression[]): Expression {
  return options.length === 1 ? options[0]! : { kind: 'choice', options };
}

export function repeat(body: Expression, minimum: number, maximum = Number.POSITIVE_INFINITY): Expression {
  return { kind: 'repeat', body, minimum, maximum };
}

export function optional(body: Expression): Expression {
  return repeat(body, 0, 1);
}

/** One character out of a set, in UTF-8. */
export function character(...ranges: readonly CodePointRange[]): Expression {
  return choice(
    ...ranges
      .flatMap(([first, last]) => utf8Sequences(first, last))
      .map((bytes) => sequence(...bytes.map(([first, last]): Expression => ({ kind: 'byte', first, last })))),
  );
}

/** One character out of those of a text. */
export function oneOf(characters: string): Expression {
  return character(...Array.from(characters, (one): CodePointRange => [one.codePointAt(0)!, one.codePointAt(0)!]));
}

export function rule(name: string, expression: () => Expression): Expression {
  let made: Expression | undefined;
  return {
    kind: 'rule',
    rule: {
      name,
      expression: () => {
        made ??= expression();
        return made;
      },
    },
  };
}
