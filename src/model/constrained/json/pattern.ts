import { type AST, RegExpParser } from '@eslint-community/regexpp';
import { type CodePointRange, choice, type Expression, nothing, repeat, sequence } from '../expression.js';
import { jsonCharacter } from './characters.js';
import { complement, LAST_CODE_POINT } from './code-points.js';
import { unsupported } from './unsupported.js';

const everything: readonly CodePointRange[] = [[0, LAST_CODE_POINT]];
const anything = repeat(jsonCharacter(everything), 0);

const digits: readonly CodePointRange[] = [[0x30, 0x39]];
const wordCharacters: readonly CodePointRange[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const spaces: readonly CodePointRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const lineEnds: readonly CodePointRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

/**
 * The strings in which a regular expression finds something, between their quotes. `^` and `$` count at the ends of an
 * alternative only; what needs to look around (assertions, backreferences) is refused by name.
 *
 * @throws VicunaError `schema-unsupported`
 */
export function matching(pattern: string, path: string): Expression {
  let parsed: AST.Pattern;
  try {
    parsed = new RegExpParser({ ecmaVersion: 2022 }).parsePattern(pattern, 0, pattern.length, true);
  } catch (error) {
    throw unsupported(
      path,
      `${JSON.stringify(pattern)} is no regular expression (${(error as Error).message})`,
      'Mend it.',
    );
  }
  return new PatternReader(path).alternatives(parsed.alternatives);
}

class PatternReader {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** At the top, an alternative that is not held by `^` and `$` may have anything around it. */
  alternatives(all: readonly AST.Alternative[]): Expression {
    return choice(
      ...all.map(({ elements }) => {
        const begins = isAssertion(elements[0], 'start');
        const ends = isAssertion(elements.at(-1), 'end');
        const inner = elements.slice(begins ? 1 : 0, ends ? -1 : undefined);
        return sequence(
          begins ? nothing : anything,
          ...inner.map((one) => this.#element(one)),
          ends ? nothing : anything,
        );
      }),
    );
  }

  #element(element: AST.Element): Expression {
    switch (element.type) {
      case 'Character':
        return jsonCharacter([[element.value, element.value]]);
      case 'CharacterClass':
      case 'CharacterSet':
        return jsonCharacter(this.#ranges(element));
      case 'Quantifier':
        return repeat(this.#element(element.element), element.min, element.max);
      case 'Group':
        if (element.modifiers !== null) throw this.#cannot(element);
        return this.#inner(element.alternatives);
      case 'CapturingGroup':
        return this.#inner(element.alternatives);
      default:
        throw this.#cannot(element);
    }
  }

  #inner(alternatives: readonly AST.Alternative[]): Expression {
    return choice(...alternatives.map(({ elements }) => sequence(...elements.map((one) => this.#element(one)))));
  }

  #ranges(set: AST.CharacterClassElement | AST.CharacterSet | AST.CharacterClass): readonly CodePointRange[] {
    switch (set.type) {
      case 'Character':
        return [[set.value, set.value]];
      case 'CharacterClassRange':
        return [[set.min.value, set.max.value]];
      case 'CharacterClass': {
        const ranges = (set.elements as readonly AST.CharacterClassElement[]).flatMap((one) => this.#ranges(one));
        return set.negate ? complement(ranges) : ranges;
      }
      case 'CharacterSet': {
        if (set.kind === 'property') throw this.#cannot(set);
        if (set.kind === 'any') return complement(lineEnds);
        const ranges = { digit: digits, word: wordCharacters, space: spaces }[set.kind];
        return set.negate ? complement(ranges) : ranges;
      }
      default:
        throw this.#cannot(set);
    }
  }

  #cannot({ raw }: AST.Node): Error {
    return unsupported(
      this.#path,
      `${JSON.stringify(raw)} in a pattern cannot be followed while writing`,
      'Use characters, classes, groups, quantifiers, and ^ and $ at the ends.',
    );
  }
}

function isAssertion(element: AST.Element | undefined, kind: 'start' | 'end'): boolean {
  return element?.type === 'Assertion' && element.kind === kind;
}
