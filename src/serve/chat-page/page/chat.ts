import { streamReply } from './api/chat.js';
import type { Client } from './api/client.js';
import { Failure } from './api/failure.js';
import { sendVote } from './api/votes.js';
import type {
  Answer,
  Conversation,
  Question,
  Reply,
  Trouble,
  Turn,
  VoteOutcome,
} from './conversations/conversation.js';
import { messagesFor } from './conversations/messages.js';
import type { ConversationStore } from './conversations/store.js';
import { addTurn, latestLeaf, pathOf, siblingsOf } from './conversations/tree.js';
import type { Facts } from './facts.js';
import { newIdentifier } from './identifier.js';
import type { Settings } from './settings.js';

const saveMilliseconds = 1000;

export interface ChatListener {
  /** Turns, the list of conversations or what runs have changed. */
  onChange(): void;
  onText(answer: Answer, text: string): void;
  onAnswer(answer: Answer): void;
  /** Two answers side by side have ended. */
  onPair(): void;
}

export interface ChatParts {
  readonly client: Client;
  readonly store: ConversationStore;
  readonly facts: Facts;
  readonly settings: () => Settings;
  readonly listener: ChatListener;
}

/** The conversation that is shown, and what can be done with it. One question is answered at a time. */
export class Chat {
  readonly #parts: ChatParts;
  #conversation: Conversation;
  #running: AbortController | undefined;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the browser's storage took what was written last. */
  isKept = true;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    const { store } = parts;
    this.#conversation = (store.current === undefined ? undefined : store.read(store.current)) ?? empty();
    addEventListener('pagehide', () => this.#save());
  }

  get id(): string {
    return this.#conversation.id;
  }

  get path(): readonly Turn[] {
    return pathOf(this.#conversation);
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  siblingsOf(turn: Turn): readonly Turn[] {
    return siblingsOf(this.#conversation, turn);
  }

  /** Asks a question at the end of what is shown. */
  send(text: string): void {
    this.#ask(text, this.path.findLast(({ kind }) => kind === 'reply')?.id);
  }

  /** Asks another question in the place of one; the old one stays as a branch. */
  edit(question: Question, text: string): void {
    this.#ask(text, question.parent);
  }

  /** Has a question answered anew; the old reply stays as a branch. */
  regenerate({ parent }: Reply): void {
    if (!this.isRunning) this.#reply(parent);
  }

  /** Asks for an answer again that failed. One that had begun stays as a branch, unless it stands beside another. */
  retry(reply: Reply, answer: Answer): void {
    if (this.isRunning) return;
    if (reply.answers.length === 1 && answer.text !== '') {
      this.regenerate(reply);
      return;
    }
    Object.assign(answer, { text: '', state: 'streaming', trouble: undefined });
    void this.#run(reply, [answer]);
  }

  stop(): void {
    if (this.#running === undefined) return;
    this.#running.abort();
    // At once, since what is shown and kept next should not say that anything is still coming.
    for (const turn of this.#conversation.turns)
      for (const answer of turn.kind === 'reply' ? turn.answers : [])
        if (answer.state === 'streaming') answer.state = 'stopped';
    this.#running = undefined;
  }

  choose(turn: Turn): void {
    if (this.isRunning) return;
    this.#conversation.leaf = latestLeaf(this.#conversation, turn.id);
    this.#save();
    this.#parts.listener.onChange();
  }

  open(id: string): void {
    this.#show(this.#parts.store.read(id) ?? empty());
  }

  startNew(): void {
    this.#show(empty());
  }

  remove(id: string): void {
    if (id === this.id) {
      this.stop();
      this.#conversation = empty();
      this.#parts.store.current = undefined;
    }
    this.#parts.store.remove(id);
    this.#parts.listener.onChange();
  }

  /** @throws Failure where the server did not keep it. */
  async vote(reply: Reply, outcome: VoteOutcome): Promise<void> {
    const { client, facts, listener, store } = this.#parts;
    const conversation = this.#conversation;
    const question = conversation.turns.find(({ id }) => id === reply.parent);
    const prompt = facts.votes === 'texts' && question?.kind === 'question' ? question.text : undefined;
    await sendVote(client, reply, outcome, prompt);
    reply.vote = outcome;
    if (store.read(conversation.id) !== undefined) store.write(conversation);
    listener.onChange();
  }

  #show(conversation: Conversation): void {
    this.stop();
    this.#save();
    this.#conversation = conversation;
    this.#parts.store.current = conversation.leaf === undefined ? undefined : conversation.id;
    this.#parts.listener.onChange();
  }

  #ask(text: string, parent: string | undefined): void {
    if (this.isRunning || text.trim() === '') return;
    const question: Question = { kind: 'question', id: newIdentifier(), parent, text };
    addTurn(this.#conversation, question);
    this.#parts.store.current = this.id;
    this.#reply(question.id);
  }

  #reply(parent: string): void {
    this.#conversation.leaf = parent;
    const settings = this.#parts.settings();
    const { model, secondModel, hideNames } = settings;
    const answer = (name: string): Answer => ({ model: name, text: '', state: 'streaming' });
    const isPair = settings.sideBySide && secondModel !== '' && secondModel !== model;
    const isBlind = isPair && hideNames && this.#parts.facts.votes !== 'none';
    const [first, second] = isBlind ? this.#shuffled(model, secondModel) : [model, secondModel];
    const reply: Reply = {
      kind: 'reply',
      id: newIdentifier(),
      parent,
      answers: isPair ? [answer(first), answer(second)] : [answer(model)],
      isBlind,
    };
    addTurn(this.#conversation, reply);
    void this.#run(reply, reply.answers);
  }

  /** Which model is A is drawn anew once a vote has told; until then it stays, so that A is one voice. */
  #shuffled(one: string, other: string): readonly [string, string] {
    const before = this.path.findLast((turn) => turn.kind === 'reply');
    const [a, b] = before?.kind === 'reply' && before.vote === undefined ? before.answers : [];
    if (a !== undefined && b !== undefined && [one, other].includes(a.model) && [one, other].includes(b.model))
      return [a.model, b.model];
    return crypto.getRandomValues(new Uint8Array(1))[0]! < 128 ? [one, other] : [other, one];
  }

  async #run(reply: Reply, answers: readonly Answer[]): Promise<void> {
    const controller = new AbortController();
    this.#running = controller;
    this.#save();
    this.#parts.listener.onChange();
    const conversation = this.#conversation;
    const path = this.path.slice(
      0,
      this.path.findIndex(({ id }) => id === reply.id),
    );
    await Promise.all(answers.map((answer) => this.#answer(answer, path, controller.signal)));
    if (this.#running === controller) this.#running = undefined;
    conversation.updatedAt = Date.now();
    if (answers.length === 2 && !controller.signal.aborted) this.#parts.listener.onPair();
    // Whoever left it for another conversation, or deleted it, has had it saved, or not.
    if (conversation === this.#conversation) this.#save();
    this.#parts.listener.onChange();
  }

  async #answer(answer: Answer, path: readonly Turn[], signal: AbortSignal): Promise<void> {
    const { client, settings, listener } = this.#parts;
    const { temperature, maximumTokens, system } = settings();
    const { model } = answer;
    const request = { model, messages: messagesFor(model, path, system), temperature, maximumTokens };
    try {
      answer.state = await streamReply(client, request, signal, (text) => {
        answer.text += text;
        listener.onText(answer, text);
        this.#saveTimer ??= setTimeout(() => this.#save(), saveMilliseconds);
      });
    } catch (error) {
      answer.state = signal.aborted ? 'stopped' : 'failed';
      if (!signal.aborted) answer.trouble = troubleOf(error);
    }
    listener.onAnswer(answer);
  }

  #save(): void {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
    if (this.#conversation.leaf !== undefined) this.isKept = this.#parts.store.write(this.#conversation);
  }
}

function empty(): Conversation {
  return { id: newIdentifier(), updatedAt: Date.now(), turns: [], leaf: undefined };
}

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Failure)) return { message: `The page failed: ${String(error)}` };
  const { message, traceId, retryAfterSeconds } = error;
  const retryAt = retryAfterSeconds === undefined ? undefined : Date.now() + retryAfterSeconds * 1000;
  return { message, traceId, retryAt };
}
