import type { Generation, Message, TextDelta } from '../../../conversation/index.js';
import { startRun, VicunaError } from '../../../core/index.js';
import type { Exchange } from '../exchange/exchange.js';
import type { ModerationLogEntry } from '../exchange/log.js';
import type { ReplyRun } from '../exchange/replies.js';
import type { ResolvedModerationPolicy } from './policy.js';

/** Puts texts before a moderator as a policy says; without a policy everything passes. */
export class Moderation {
  readonly #policy: ResolvedModerationPolicy | undefined;
  readonly #log: (entry: ModerationLogEntry) => void;

  constructor(policy: ResolvedModerationPolicy | undefined, log: (entry: ModerationLogEntry) => void) {
    this.#policy = policy;
    this.#log = log;
  }

  /**
   * @throws VicunaError `moderation-refused` naming the categories, `moderation-failed` where nothing could be decided and
   * the policy is closed.
   */
  async input(exchange: Exchange, model: string, messages: readonly Message[]): Promise<void> {
    const policy = this.#policyFor(model);
    if (policy?.input !== true) return;
    // What the model said was judged when it said it; here it is as much the client's word as the rest.
    const text = messages.map(({ content }) => content).join('\n\n');
    const categories = await this.#judge(policy, exchange, model, 'input', text);
    if (categories === undefined) return;
    throw new VicunaError(
      'moderation-refused',
      `The request was refused by moderation${categories.length > 0 ? `: ${categories.join(', ')}` : ''}. Write it another way.`,
    );
  }

  /** The same reply, as far as it may be shown. */
  output(exchange: Exchange, model: string, reply: ReplyRun): ReplyRun {
    const policy = this.#policyFor(model);
    if (policy?.output !== true) return reply;
    const judge = (text: string) => this.#judge(policy, exchange, model, 'output', text);
    return startRun<TextDelta, Generation>((signal) => judged(reply, policy.outputCharacters, judge, signal));
  }

  #policyFor(model: string): ResolvedModerationPolicy | undefined {
    return this.#policy?.models?.includes(model) === false ? undefined : this.#policy;
  }

  /** @returns the categories where the text is refused. */
  async #judge(
    policy: ResolvedModerationPolicy,
    exchange: Exchange,
    model: string,
    stage: 'input' | 'output',
    text: string,
  ): Promise<readonly string[] | undefined> {
    const entry = {
      type: 'moderation',
      traceId: exchange.traceId,
      model,
      stage,
      text: policy.logText ? text : undefined,
    } as const;
    try {
      const [verdict] = await policy.moderator([text], { signal: exchange.signal });
      if (verdict === undefined) throw new TypeError('the moderator returned no verdict');
      this.#log({ ...entry, decision: verdict.flagged ? 'refused' : 'passed', categories: verdict.categories });
      return verdict.flagged ? verdict.categories : undefined;
    } catch (error) {
      exchange.signal.throwIfAborted();
      this.#log({
        ...entry,
        decision: 'failed',
        categories: [],
        cause: error instanceof Error ? error.message : String(error),
      });
      if (policy.onFailure === 'open') return undefined;
      throw new VicunaError(
        'moderation-failed',
        'Moderation could not decide, so the text is held back. Try again later.',
        {
          cause: error,
        },
      );
    }
  }
}

/** Hands a reply on a stretch at a time, each judged with all that came before it. */
async function* judged(
  reply: ReplyRun,
  stretch: number,
  judge: (text: string) => Promise<readonly string[] | undefined>,
  signal: AbortSignal,
): AsyncGenerator<TextDelta, Generation, undefined> {
  let shown = '';
  let held: TextDelta[] = [];
  let characters = 0;
  const isRefused = async () => {
    signal.throwIfAborted();
    return (await judge(shown + held.map(({ text }) => text).join(''))) !== undefined;
  };
  for await (const delta of reply) {
    held.push(delta);
    characters += delta.text.length;
    if (characters < stretch) continue;
    // Leaving the loop ends the reply where it is made.
    if (await isRefused()) return withheld(shown);
    yield* held;
    shown += held.map(({ text }) => text).join('');
    [held, characters] = [[], 0];
  }
  if (held.length > 0) {
    if (await isRefused()) return withheld(shown);
    yield* held;
  }
  return reply.result;
}

/** What it took is not known, since the reply was left; what was shown counts as a token for every four characters. */
function withheld(text: string): Generation {
  return {
    text,
    finishReason: 'content-filter',
    usage: { promptTokens: 0, completionTokens: Math.ceil(text.length / 4) },
  };
}
