export { type PageConfig, pageConfigSchema, type ResolvedPageConfig } from './config.js';
export type { ChatPage } from './page.js';
