/** Dialects: the APIs that clients speak, each translated to what upstreams know and back. */
export { clientDialects } from './client-dialects.ts'
export type {
  AnswerContext,
  AnswerMemory,
  Body,
  CheckedRequest,
  ClientDialect,
  ClientStream,
  ErrorWords,
  LimitLeft,
  KeptAnswer,
  MemoryCaller,
  Pin,
  ResolvedRequest,
} from './client-dialect.ts'
export { messagesDialect } from './messages/messages-dialect.ts'
export { openAiErrors } from './openai/openai-dialect.ts'
export { readItemId, readResponseId, toItemId, toResponseId } from './responses/identifiers.ts'
export { toResponseError } from './responses/response-object.ts'
export { sealedFor } from './responses/sealed-reasoning.ts'
