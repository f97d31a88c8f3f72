import * as z from 'zod';
import type { Conversation } from './types.js';

const messageSchema = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });

/**
 * Checks a {@link Conversation} that was made elsewhere: `conversationSchema.parse(value)`.
 *
 * @public
 */
export const conversationSchema: z.ZodType<Conversation> = z.strictObject({
  id: z.string().min(1),
  messages: z.array(messageSchema).min(1),
  segmentOf: z.string().min(1).exactOptional(),
  unfinished: z.boolean().exactOptional(),
  metadata: z.record(z.string(), z.unknown()).exactOptional(),
});
