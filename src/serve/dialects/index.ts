/** Dialects: the APIs that clients speak, each translated to what upstreams know and back. */
export { clientDialects } from './client-dialects.ts'
export type {
  AnswerContext,
  Body,
  CheckedRequest,
  ClientDialect,
  ClientStream,
  ErrorWords,
} from './client-dialect.ts'
export { openAiErrors } from './openai/openai-dialect.ts'
