import type { VicunaErrorCode } from '../../../core/index.js';

/** A request has been answered, or has failed. Texts are never logged. @public */
export interface RequestLogEntry {
  readonly type: 'request';
  /** What the client saw as `x-request-id`, and workers in their logs. */
  readonly traceId: string;
  /** What the client called the request, where it did. */
  readonly clientRequestId?: string | undefined;
  /** Id of the API key. */
  readonly key: string;
  readonly method: string;
  /** The pattern of the path, such as `/v1/chat/completions`. */
  readonly route: string;
  readonly model?: string | undefined;
  readonly stream: boolean;
  readonly status: number;
  /** Code of what failed; `client-left` where nobody waited for the end. */
  readonly failure?: VicunaErrorCode | 'internal' | 'client-left' | undefined;
  /** The cause, with its stack where it is not one of this package's errors. */
  readonly cause?: string | undefined;
  readonly milliseconds: number;
  /** Until the first piece of a reply. */
  readonly firstTokenMilliseconds?: number | undefined;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A text was put before a moderator. @public */
export interface ModerationLogEntry {
  readonly type: 'moderation';
  readonly traceId: string;
  readonly model: string;
  readonly stage: 'input' | 'output';
  readonly decision: 'passed' | 'refused' | 'failed';
  readonly categories: readonly string[];
  /** Present where the policy asks for it. */
  readonly text?: string | undefined;
  readonly cause?: string | undefined;
}

/** A line of a server's log. @public */
export type ServeLogEntry = RequestLogEntry | ModerationLogEntry;
