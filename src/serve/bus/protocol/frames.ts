// What gateway and worker say to each other. A message is a JSON array of frames. Both ends check every frame; one that
// does not fit ends the link, since nothing that comes after it could be trusted.
//
//   worker   hello ......................... pong  load  leaving   delta  embeddings  done  error  refuse
//   gateway         welcome | refusal  heartbeat  drain        job  credit  cancel
//
// A job is answered by exactly one of done, error and refuse, after a cancel too: until then it holds its place.
import * as z from 'zod';
import type { ChatFeature, TextDelta } from '../../../conversation/index.js';
import {
  type Call,
  type CallKind,
  callKinds,
  callSchema,
  chatFeatures,
  deltaSchema,
  type EncodedEmbedding,
  encodedEmbeddingSchema,
  type ReplyEnd,
  replyEndSchema,
} from './call.js';

export type { ReplyEnd } from './call.js';

/** Changes whenever one side would misunderstand the other. */
export const PROTOCOL_VERSION = 1;

/** A model that a worker offers. */
export interface Offer {
  readonly model: string;
  readonly features: readonly ChatFeature[];
  readonly kinds: readonly CallKind[];
  /** Jobs that it takes at a time, from all gateways together. */
  readonly capacity: number;
}

/** How busy a model of a worker is. */
export interface ModelLoad {
  readonly model: string;
  /** Jobs that run for other gateways. */
  readonly others: number;
  /** Of one reply, as measured lately; absent before the first. */
  readonly tokensPerSecond?: number | undefined;
}

/** Why a worker does not take a job. Another may. */
export type RefuseReason = 'busy' | 'draining' | 'unknown-model';

export type WorkerFrame =
  | {
      readonly type: 'hello';
      readonly version: number;
      readonly worker: string;
      /** Tells a worker that connects anew from another one of the same name. */
      readonly instance: string;
      readonly offers: readonly Offer[];
      readonly load: readonly ModelLoad[];
    }
  | { readonly type: 'pong'; readonly load: readonly ModelLoad[] }
  | { readonly type: 'load'; readonly load: readonly ModelLoad[] }
  | { readonly type: 'leaving' }
  | { readonly type: 'delta'; readonly job: string; readonly deltas: readonly TextDelta[] }
  | { readonly type: 'embeddings'; readonly job: string; readonly embeddings: readonly EncodedEmbedding[] }
  | { readonly type: 'done'; readonly job: string; readonly reply?: ReplyEnd | undefined }
  | {
      readonly type: 'error';
      readonly job: string;
      /** Of a `VicunaError`; absent for any other error. May be one that this version does not know. */
      readonly code?: string | undefined;
      readonly message: string;
      readonly trace: string;
      readonly retryAfterSeconds?: number | undefined;
    }
  | {
      readonly type: 'refuse';
      readonly job: string;
      readonly reason: RefuseReason;
      readonly load: readonly ModelLoad[];
    };

export type GatewayFrame =
  | {
      readonly type: 'welcome';
      readonly version: number;
      /** Milliseconds between heartbeats. */
      readonly heartbeatInterval: number;
      /** Heartbeats in a row that may be missed. */
      readonly missableHeartbeats: number;
    }
  | { readonly type: 'refusal'; readonly reason: string }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'drain' }
  | {
      readonly type: 'job';
      /** Never used again on this link. */
      readonly job: string;
      readonly model: string;
      /** Id of the request, for logs and errors. */
      readonly trace: string;
      /** Deltas that may be sent before more are granted. */
      readonly credit: number;
      readonly call: Call;
    }
  | { readonly type: 'credit'; readonly job: string; readonly deltas: number }
  | { readonly type: 'cancel'; readonly job: string; readonly reason: string };

const name = z.string().min(1).max(256);
/** It stands in logs and in errors that callers see. */
const workerId = z.string().regex(/^[\w.:-]{1,128}$/);
const count = z.int().nonnegative();
const load: z.ZodType<readonly ModelLoad[]> = z
  .array(z.object({ model: name, others: count, tokensPerSecond: z.number().optional() }))
  .max(1_000);

const offer: z.ZodType<Offer> = z.object({
  model: name,
  // A newer worker may have features that this gateway has no word for.
  features: z.array(z.string()).transform((features) => chatFeatures.filter((feature) => features.includes(feature))),
  kinds: z.array(z.string()).transform((kinds) => callKinds.filter((kind) => kinds.includes(kind))),
  capacity: z.int().positive(),
});

export const workerFrameSchema: z.ZodType<WorkerFrame> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    version: z.int(),
    worker: workerId,
    instance: name,
    offers: z.array(offer).max(1_000),
    load,
  }),
  z.object({ type: z.literal('pong'), load }),
  z.object({ type: z.literal('load'), load }),
  z.object({ type: z.literal('leaving') }),
  z.object({ type: z.literal('delta'), job: name, deltas: z.array(deltaSchema) }),
  z.object({ type: z.literal('embeddings'), job: name, embeddings: z.array(encodedEmbeddingSchema) }),
  z.object({ type: z.literal('done'), job: name, reply: replyEndSchema.optional() }),
  z.object({
    type: z.literal('error'),
    job: name,
    code: z.string().max(64).optional(),
    message: z.string(),
    trace: z.string(),
    retryAfterSeconds: z.number().optional(),
  }),
  z.object({
    type: z.literal('refuse'),
    job: name,
    reason: z.enum(['busy', 'draining', 'unknown-model']),
    load,
  }),
]);

export const gatewayFrameSchema: z.ZodType<GatewayFrame> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    version: z.int(),
    heartbeatInterval: z.number().positive(),
    missableHeartbeats: z.int().positive(),
  }),
  z.object({ type: z.literal('refusal'), reason: z.string() }),
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('drain') }),
  z.object({
    type: z.literal('job'),
    job: name,
    model: name,
    trace: z.string(),
    credit: z.int().positive(),
    call: callSchema,
  }),
  z.object({ type: z.literal('credit'), job: name, deltas: z.int().positive() }),
  z.object({ type: z.literal('cancel'), job: name, reason: z.string() }),
]);
