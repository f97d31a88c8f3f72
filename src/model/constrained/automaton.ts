import type { Expression } from './expression.js';
import { compileProgram, type Node } from './program.js';

const BYTES = 256;

/** States that are remembered at a time; beyond, all are forgotten and made anew when they are reached again. */
const MAXIMUM_STATES = 8_000;

/** What is to be done when a part has been read: go on at `node`, or count a pass. Equal frames are one object. */
interface Frame {
  readonly id: number;
  readonly node: Node;
  /** Passes begun, where the frame counts them. */
  readonly passes: number;
  readonly below: Frame | undefined;
}

/** A byte that may come next, and what follows it. */
interface Place {
  readonly node: Node & { kind: 'byte' };
  readonly stack: Frame | undefined;
}

/** Every way in which the grammar can have read what was read. Equal states of a generation are one object. */
export interface State {
  readonly generation: number;
  readonly places: readonly Place[];
  /** Whether what was read is complete. */
  readonly accepts: boolean;
  /** The state after each byte, `null` where it cannot come, `undefined` where that was not asked yet. */
  readonly next: (State | null | undefined)[];
}

/**
 * Reads bytes and knows at any time which may come next. States are made when they are first reached, so a grammar may be
 * nested without limit. One automaton serves any number of readers at once.
 */
export class Automaton {
  readonly #program: Node;
  #states = new Map<string, State>();
  #frames = new Map<string, Frame>();
  #generation = 0;

  constructor(expression: Expression) {
    this.#program = compileProgram(expression);
  }

  start(): State {
    return this.#reach([[this.#program, undefined]]);
  }

  /** @returns `null` where the byte cannot come next. */
  next(state: State, byte: number): State | null {
    const known = state.next[byte];
    if (known !== undefined) return known;
    const reached = state.places
      .filter(({ node }) => node.first <= byte && byte <= node.last)
      .map(({ node, stack }) => [node.next, stack] as const);
    const to = reached.length === 0 ? null : this.#reach(reached);
    state.next[byte] = to;
    return to;
  }

  /** Forgets states when there are too many. @returns the state by which to go on instead of `state`. */
  renew(state: State): State {
    if (this.#states.size > MAXIMUM_STATES) {
      this.#generation++;
      this.#states = new Map();
      this.#frames = new Map();
    }
    if (state.generation === this.#generation) return state;
    return this.#intern(
      state.places.map(({ node, stack }) => ({ node, stack: this.#copied(stack) })),
      state.accepts,
    );
  }

  #copied(stack: Frame | undefined): Frame | undefined {
    return stack === undefined ? undefined : this.#frame(stack.node, stack.passes, this.#copied(stack.below));
  }

  /** Follows whatever reads nothing. */
  #reach(from: readonly (readonly [Node, Frame | undefined])[]): State {
    const places = new Map<string, Place>();
    const seen = new Set<string>();
    let accepts = false;
    const pending = [...from];
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      const [node, stack] = place;
      const key = keyOf(node, stack);
      if (seen.has(key)) continue;
      seen.add(key);
      if (node.kind === 'byte') places.set(key, { node, stack });
      else if (node.kind === 'split') for (const next of node.next) pending.push([next, stack]);
      else if (node.kind === 'call') pending.push([node.target, this.#returnTo(node.next, stack)]);
      else if (node.kind === 'count') pending.push([node.body, this.#frame(node, 1, stack)]);
      else if (node.kind === 'pass') pending.push(...this.#afterPass(node, stack!));
      else if (stack === undefined) accepts = true;
      else pending.push([stack.node, stack.below]);
    }
    return this.#intern([...places.values()], accepts);
  }

  #intern(places: readonly Place[], accepts: boolean): State {
    const keys = places.map(({ node, stack }) => keyOf(node, stack)).sort();
    const key = `${accepts}:${keys.join()}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = { generation: this.#generation, places, accepts, next: new Array<undefined>(BYTES).fill(undefined) };
      this.#states.set(key, state);
    }
    return state;
  }

  #afterPass(node: Node & { kind: 'pass' }, counter: Frame): (readonly [Node, Frame | undefined])[] {
    const { minimum, maximum, body, next } = node;
    const after: (readonly [Node, Frame | undefined])[] = [];
    if (counter.passes >= minimum) after.push([next, counter.below]);
    if (counter.passes < maximum) {
      // Beyond the minimum an unlimited loop need not count, and must not: its states would never repeat.
      const passes = maximum === Number.POSITIVE_INFINITY ? Math.min(counter.passes + 1, minimum) : counter.passes + 1;
      after.push([body, this.#frame(counter.node, passes, counter.below)]);
    }
    return after;
  }

  /** A call at the end of a rule needs no frame of its own: lists that are written as recursion stay flat. */
  #returnTo(node: Node, stack: Frame | undefined): Frame | undefined {
    return node.kind === 'return' ? stack : this.#frame(node, 0, stack);
  }

  #frame(node: Node, passes: number, below: Frame | undefined): Frame {
    const key = `${node.id} ${passes} ${below?.id ?? ''}`;
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = { id: this.#frames.size, node, passes, below };
      this.#frames.set(key, frame);
    }
    return frame;
  }
}

function keyOf(node: Node, stack: Frame | undefined): string {
  return `${node.id} ${stack?.id ?? ''}`;
}
