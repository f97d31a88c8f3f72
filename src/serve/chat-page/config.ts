import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/** How the chat page looks. @public */
export interface PageConfig {
  /** What stands on top of it. @defaultValue `'Chat'` */
  readonly title?: string | undefined;
}

export type ResolvedPageConfig = Resolved<PageConfig>;

const defaultTitle = 'Chat';

/** @internal */
export const pageConfigSchema: z.ZodType<ResolvedPageConfig | false, boolean | PageConfig> = z.union([
  z.boolean().transform((isOpen) => isOpen && { title: defaultTitle }),
  z.strictObject({ title: z.string().min(1).max(60).default(defaultTitle) }),
]) as z.ZodType<ResolvedPageConfig | false, boolean | PageConfig>;
