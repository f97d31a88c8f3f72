export {
  type Call,
  type CallKind,
  callKinds,
  callSchema,
  chatFeatures,
  decodeEmbedding,
  encodeEmbedding,
  type RemoteOptions,
} from './call.js';
export { Channel } from './channel.js';
export { Credit } from './credit.js';
export {
  type GatewayFrame,
  gatewayFrameSchema,
  type ModelLoad,
  type Offer,
  PROTOCOL_VERSION,
  type RefuseReason,
  type ReplyEnd,
  type WorkerFrame,
  workerFrameSchema,
} from './frames.js';
export { SilenceWatch } from './silence.js';
