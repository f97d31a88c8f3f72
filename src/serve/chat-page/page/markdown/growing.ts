import { updateCodeBlock } from './code-block.js';
import { nodesOf } from './nodes.js';
import { parseMarkdown, type Token } from './parse.js';

/** Addresses that are named below the text they belong to: only the whole text has them. */
const referenceDefinition = /^ {0,3}\[[^\]]+\]:/m;
/** Most of the time is left to the reader: drawing takes at most a fifth of it. */
const restPerWork = 4;

export interface GrowingMarkdownOptions {
  /** A block that will not change any more, as it is read out. */
  readonly onBlock?: ((text: string) => void) | undefined;
  readonly onDraw?: (() => void) | undefined;
}

/**
 * Markdown that grows at its end. Text can only change the last block of what came before it, so that only that one is
 * parsed and drawn again, at most once a frame.
 */
export class GrowingMarkdown {
  readonly element: HTMLElement;
  readonly #options: GrowingMarkdownOptions;
  #source = '';
  /** Where the last block begins in the source. */
  #settled = 0;
  #lastBlock: ChildNode[] = [];
  #lastTokens: readonly Token[] = [];
  #frame: number | undefined;
  #notBefore = 0;

  constructor(element: HTMLElement, options: GrowingMarkdownOptions = {}) {
    this.element = element;
    this.#options = options;
  }

  append(text: string): void {
    // Pieces may part a line break of two characters.
    this.#source += text.replaceAll('\r', '');
    this.#frame ??= requestAnimationFrame(this.#draw);
  }

  /** Draws what there is, for good. */
  finish(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    if (referenceDefinition.test(this.#source)) {
      this.element.replaceChildren();
      this.#settled = 0;
      this.#lastBlock = [];
      this.#lastTokens = [];
    }
    this.#grow();
    this.#tell(this.#lastBlock);
    this.#options.onDraw?.();
  }

  readonly #draw = (now: number): void => {
    if (now < this.#notBefore) {
      this.#frame = requestAnimationFrame(this.#draw);
      return;
    }
    this.#frame = undefined;
    const began = performance.now();
    this.#grow();
    this.#options.onDraw?.();
    const ended = performance.now();
    this.#notBefore = ended + restPerWork * (ended - began);
  };

  #grow(): void {
    const tail = this.#source.slice(this.#settled);
    const tokens = parseMarkdown(tail);
    const starts = tokens.flatMap((token, index) => (token.level === 0 && token.nesting >= 0 ? [index] : []));
    const last = starts.at(-1) ?? 0;
    if (starts.length === 1 && this.#growCode(tokens)) return;
    for (const node of this.#lastBlock) node.remove();
    const settled = [...nodesOf(tokens.slice(0, last)).childNodes];
    this.#lastTokens = tokens.slice(last);
    this.#lastBlock = [...nodesOf(this.#lastTokens).childNodes];
    this.element.append(...settled, ...this.#lastBlock);
    this.#tell(settled);
    this.#settled += lineOffset(tail, tokens[last]?.map?.[0] ?? 0);
  }

  /** Code is often long, and grows by nothing but text. */
  #growCode(tokens: readonly Token[]): boolean {
    const [token] = tokens;
    const [before] = this.#lastTokens;
    const block = this.#lastBlock[0];
    if (token?.type !== 'fence' || before?.type !== 'fence' || token.info !== before.info) return false;
    if (!(block instanceof HTMLElement)) return false;
    updateCodeBlock(block, token.content);
    this.#lastTokens = tokens;
    return true;
  }

  #tell(nodes: readonly ChildNode[]): void {
    const isCode = (node: ChildNode) => node instanceof HTMLElement && node.classList.contains('code-block');
    for (const node of nodes) this.#options.onBlock?.(isCode(node) ? 'Code.' : (node.textContent ?? ''));
  }
}

function lineOffset(text: string, line: number): number {
  let offset = 0;
  for (let passed = 0; passed < line; passed++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}
