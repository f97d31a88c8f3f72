import { VicunaError } from '../../core/index.js';
import { unsupported } from './render.js';
import { skeletonOf } from './skeleton.js';
import type { ChatTemplate } from './template.js';

/** What stands around the assistant's replies, whatever they are. */
export interface ReplyFrame {
  /** From the end of a user's message to where the reply is generated. */
  readonly prompt: string;
  /** What a reply begins with before its own text. */
  readonly lead: string;
  /** What ends a reply, up to and with its special token; `undefined` where the template writes none. */
  readonly end: string | undefined;
  /** That special token. */
  readonly endToken: string | undefined;
}

const frames = new WeakMap<ChatTemplate, ReplyFrame>();

/** @throws VicunaError `template-unsupported` */
export function replyFrame(template: ChatTemplate): ReplyFrame {
  let frame = frames.get(template);
  if (frame === undefined) {
    frame = findFrame(template);
    frames.set(template, frame);
  }
  return frame;
}

function findFrame(template: ChatTemplate): ReplyFrame {
  const subject = 'A question and its reply';
  const gaps = (replied: boolean) =>
    skeletonOf(template, replied ? ['user', 'assistant'] : ['user'], !replied, subject).gaps;
  try {
    const prompt = gaps(false).at(-1)!;
    const [, header, tail] = gaps(true) as [string, string, string];
    const token = controlPattern(template).exec(tail);
    return {
      prompt,
      lead: header.startsWith(prompt) ? header.slice(prompt.length) : '',
      end: token === null ? undefined : tail.slice(0, token.index + token[0].length),
      endToken: token?.[0],
    };
  } catch (error) {
    if (VicunaError.isInstance(error) && error.code === 'data-malformed')
      throw unsupported(template, error.message, error);
    throw error;
  }
}

const patterns = new WeakMap<ChatTemplate, RegExp>();

/** Finds special tokens in what a template writes, the longest first, as tokenizers do. */
export function controlPattern(template: ChatTemplate): RegExp {
  let pattern = patterns.get(template);
  if (pattern === undefined) {
    const longestFirst = [...template.controlTokens].sort((left, right) => right.length - left.length);
    const escaped = longestFirst.map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    // Of no tokens nothing is to be found; an empty pattern would find itself everywhere.
    pattern = new RegExp(escaped.length === 0 ? '(?!)' : escaped.join('|'));
    patterns.set(template, pattern);
  }
  return pattern;
}
