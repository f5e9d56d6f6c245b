import type { ClientDialect } from './client-dialect.ts'
import { countTokensDialect, messagesDialect } from './messages/messages-dialect.ts'
import { createOpenAiDialect } from './openai/openai-dialect.ts'
import { createPassThroughDialect } from './openai/pass-through-dialect.ts'
import { responsesDialect } from './responses/responses-dialect.ts'

/** The paths that take a call to a model (all by POST), and the dialect that each is spoken in. */
export const clientDialects: Readonly<Record<string, ClientDialect>> = {
  '/v1/chat/completions': createOpenAiDialect('chat'),
  '/v1/completions': createOpenAiDialect('completion'),
  '/v1/embeddings': createOpenAiDialect('embedding'),
  '/v1/moderations': createPassThroughDialect('moderation'),
  '/v1/rerank': createPassThroughDialect('rerank'),
  '/v1/classify': createPassThroughDialect('classification'),
  '/v1/images/generations': createPassThroughDialect('image'),
  '/v1/images/edits': createPassThroughDialect('image_edit'),
  '/v1/images/variations': createPassThroughDialect('image_variation'),
  '/v1/audio/speech': createPassThroughDialect('speech'),
  '/v1/audio/transcriptions': createPassThroughDialect('transcription'),
  '/v1/audio/translations': createPassThroughDialect('translation'),
  '/v1/messages': messagesDialect,
  '/v1/messages/count_tokens': countTokensDialect,
  '/v1/responses': responsesDialect,
}
