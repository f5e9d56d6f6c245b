import type { ClientDialect } from './client-dialect.ts'
import { createOpenAiDialect } from './openai/openai-dialect.ts'

/** The paths that take a call to a model (all by POST), and the dialect that each is spoken in. */
export const clientDialects: Readonly<Record<string, ClientDialect>> = {
  '/v1/chat/completions': createOpenAiDialect('chat'),
  '/v1/completions': createOpenAiDialect('completion'),
  '/v1/embeddings': createOpenAiDialect('embedding'),
}
