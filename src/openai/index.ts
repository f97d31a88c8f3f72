export type { BudgetReservation, CallBudget, CallSpending, ExpectedUsage } from './budget.js';
export { BudgetError } from './budget-error.js';
export type { CallBudgetOptions, TokenPrice } from './budget-options.js';
export { type OpenAIChatModelRuntime, openaiChatModel } from './chat-model.js';
export type { AzureOptions, OpenAIChatModelOptions } from './chat-model-options.js';
export type { SentChatOptions } from './chat-options.js';
export type { EndpointRuntime } from './endpoint.js';
export type { EndpointOptions } from './endpoint-options.js';
export { EndpointError, type EndpointFailure } from './errors.js';
export {
  type ModerationVerdict,
  type Moderator,
  type OpenAIModerationOptions,
  openaiModeration,
} from './moderation.js';
export type { FieldNames } from './request.js';
export { createCallBudget } from './shared-budget.js';
