import { openAiLimitHeaders } from '../openai/limit-headers.ts'
import type { ClientDialect } from '../client-dialect.ts'
import { openAiErrors } from '../openai/openai-dialect.ts'
import { applyRelease } from './apply-release.ts'
import { ChatToResponse } from './chat-stream.ts'
import { checkRequest } from './check-request.ts'
import { fromReply } from './from-reply.ts'
import { fromNative, toNative } from './native.ts'
import { NativeStream } from './native-stream.ts'
import { toChat } from './to-chat.ts'

/** OpenAI's Responses API, on upstreams that speak it and over chat on all others. */
export const responsesDialect: ClientDialect = {
  operation: 'responses',
  check: checkRequest,
  applyRelease,
  toNative,
  fromNative,
  overChat: { toChat, fromReply, openStream: context => new ChatToResponse(context) },
  limitHeaders: openAiLimitHeaders,
  openStream: context => new NativeStream(context),
  errors: openAiErrors,
}
