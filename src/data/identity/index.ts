export { type IdentityConfig, identityConversations } from './identity.js';
