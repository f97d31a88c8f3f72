import type { VicunaErrorCode } from '../../../core/index.js';

/** A request has been answered, or has failed. Texts are never logged. @public */
export interface RequestLogEntry {
  /** Tells the entry from others. */
  readonly type: 'request';
  /** What the client saw as `x-request-id`, and workers in their logs. */
  readonly traceId: string;
  /** What the client called the request, where it did. */
  readonly clientRequestId?: string | undefined;
  /** Id of the API key. */
  readonly key: string;
  /** Of HTTP: `GET`, `POST`. */
  readonly method: string;
  /** The pattern of the path, such as `/v1/chat/completions`. */
  readonly route: string;
  /** The model it asked, where it names one. */
  readonly model?: string | undefined;
  /** Whether the reply was sent as it was made. */
  readonly stream: boolean;
  /** HTTP status; that of the headers where a stream failed later. */
  readonly status: number;
  /** Code of what failed; `client-left` where nobody waited for the end. */
  readonly failure?: VicunaErrorCode | 'internal' | 'client-left' | undefined;
  /** The cause, with its stack where it is not one of this package's errors. */
  readonly cause?: string | undefined;
  /** From the request's arrival to the end of its reply. */
  readonly milliseconds: number;
  /** Until the first piece of a reply. */
  readonly firstTokenMilliseconds?: number | undefined;
  /** Tokens that were read; 0 where nothing was computed. */
  readonly promptTokens: number;
  /** Tokens that were written. */
  readonly completionTokens: number;
}

/** A text was put before a moderator. @public */
export interface ModerationLogEntry {
  /** Tells the entry from others. */
  readonly type: 'moderation';
  /** The request's, as in its own entry. */
  readonly traceId: string;
  /** The model that is asked. */
  readonly model: string;
  /** Whether it is what the user wrote or what the model did. */
  readonly stage: 'input' | 'output';
  /** `failed`: the moderator gave no answer; the policy says what happens then. */
  readonly decision: 'passed' | 'refused' | 'failed';
  /** What the moderator found; empty where it found nothing. */
  readonly categories: readonly string[];
  /** Present where the policy asks for it. */
  readonly text?: string | undefined;
  /** Why the moderator gave no answer. */
  readonly cause?: string | undefined;
}

/** A line of a server's log. @public */
export type ServeLogEntry = RequestLogEntry | ModerationLogEntry;
