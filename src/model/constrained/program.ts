import { VicunaError } from '../../core/index.js';
import type { Expression, Rule } from './expression.js';

/** A place in a compiled grammar: what may come next, and where it leads. */
export type Node =
  | { readonly kind: 'byte'; readonly id: number; readonly first: number; readonly last: number; next: Node }
  /** Goes on at every one of these. */
  | { readonly kind: 'split'; readonly id: number; next: readonly Node[] }
  /** Goes through another part and on at `next`. */
  | { readonly kind: 'call'; readonly id: number; target: Node; readonly next: Node }
  /** Begins to count passes of a body that ends at a `pass` node. */
  | { readonly kind: 'count'; readonly id: number; readonly body: Node }
  | {
      readonly kind: 'pass';
      readonly id: number;
      readonly minimum: number;
      readonly maximum: number;
      body: Node;
      readonly next: Node;
    }
  /** The end of a rule, or of everything. */
  | { readonly kind: 'return'; readonly id: number };

/**
 * Compiles an expression into nodes, each rule once.
 *
 * @throws VicunaError `schema-unsupported` for a rule that leads to itself before anything was read: it means nothing.
 */
export function compileProgram(expression: Expression): Node {
  assertNoLeftRecursion(expression);
  return new Compiler().compile(expression);
}

class Compiler {
  #nodes = 0;
  readonly #end: Node = { kind: 'return', id: this.#nextId() };
  readonly #rules = new Map<Rule, Node>();

  compile(expression: Expression): Node {
    return this.#before(expression, this.#end);
  }

  /** @returns where to begin, to read the expression and go on at `next`. */
  #before(expression: Expression, next: Node): Node {
    switch (expression.kind) {
      case 'byte':
        return { kind: 'byte', id: this.#nextId(), first: expression.first, last: expression.last, next };
      case 'sequence':
        return expression.parts.reduceRight((after, part) => this.#before(part, after), next);
      case 'choice':
        return this.#split(expression.options.map((option) => this.#before(option, next)));
      case 'repeat':
        return this.#repeat(expression.body, expression.minimum, expression.maximum, next);
      case 'rule':
        return { kind: 'call', id: this.#nextId(), target: this.#rule(expression.rule), next };
    }
  }

  #repeat(body: Expression, minimum: number, maximum: number, next: Node): Node {
    if (maximum === 0) return next;
    if (minimum === 0) {
      const once = maximum === 1 ? this.#before(body, next) : this.#repeat(body, 1, maximum, next);
      return this.#split([once, next]);
    }
    if (minimum === 1 && maximum === 1) return this.#before(body, next);
    if (minimum === 1 && maximum === Number.POSITIVE_INFINITY) {
      const again: Node = { kind: 'split', id: this.#nextId(), next: [] };
      const start = this.#before(body, again);
      again.next = [start, next];
      return start;
    }
    const pass = { kind: 'pass' as const, id: this.#nextId(), minimum, maximum, body: next, next };
    pass.body = this.#before(body, pass);
    return { kind: 'count', id: this.#nextId(), body: pass.body };
  }

  #rule(rule: Rule): Node {
    const known = this.#rules.get(rule);
    if (known !== undefined) return known;
    // Stands for the rule while it is compiled, since it may contain itself.
    const entry: Node = { kind: 'split', id: this.#nextId(), next: [] };
    this.#rules.set(rule, entry);
    entry.next = [this.#before(rule.expression(), this.#end)];
    return entry;
  }

  #split(next: readonly Node[]): Node {
    return { kind: 'split', id: this.#nextId(), next };
  }

  #nextId(): number {
    return this.#nodes++;
  }
}

function assertNoLeftRecursion(root: Expression): void {
  const open: Rule[] = [];
  const closed = new Map<Rule, boolean>();

  /** @returns whether the expression may read nothing. */
  const visit = (expression: Expression): boolean => {
    switch (expression.kind) {
      case 'byte':
        return false;
      case 'sequence':
        return expression.parts.every(visit);
      case 'choice':
        return expression.options.map(visit).some(Boolean);
      case 'repeat':
        return visit(expression.body) || expression.minimum === 0;
      case 'rule':
        return visitRule(expression.rule);
    }
  };
  const visitRule = (rule: Rule): boolean => {
    const known = closed.get(rule);
    if (known !== undefined) return known;
    if (open.includes(rule))
      throw new VicunaError(
        'schema-unsupported',
        `${rule.name} stands for itself before anything is written. Break the circle of references.`,
      );
    open.push(rule);
    const isNullable = visit(rule.expression());
    open.pop();
    closed.set(rule, isNullable);
    return isNullable;
  };
  visit(root);
}
