import { anthropicLimitHeaders } from './limit-headers.ts'
import type { Failure } from '../../../foundation/platform/index.ts'
import type { ClientDialect, ClientStream, ErrorWords } from '../client-dialect.ts'
import { anthropicStatus, internalAnthropicError, toAnthropicError } from './anthropic-error.ts'
import { applyRelease } from './apply-release.ts'
import { checkRequest } from './check-request.ts'
import { fromReply } from './from-reply.ts'
import { MessageStream } from './message-stream.ts'
import { toChat, toPrompt } from './to-chat.ts'

const errors: ErrorWords = {
  status: anthropicStatus,
  body: toAnthropicError,
  bug: internalAnthropicError,
}

const common = {
  forwardedHeaders: ['anthropic-version', 'anthropic-beta'],
  requestIdHeader: 'request-id',
  limitHeaders: anthropicLimitHeaders,
  openStream: () => untouched,
  errors,
} as const

/** `POST /v1/messages`: Anthropic's own API. */
export const messagesDialect: ClientDialect = {
  ...common,
  operation: 'messages',
  check: body => checkRequest(body, true),
  applyRelease: (body, release) => applyRelease(body, release, true),
  overChat: { toChat, fromReply, openStream: context => new MessageStream(context) },
}

/**
 * `POST /v1/messages/count_tokens`: what the prompt would count. Anthropic counts by itself; elsewhere the same prompt
 * is counted as a chat, and an answer that is no count but an estimate says so.
 */
export const countTokensDialect: ClientDialect = {
  ...common,
  operation: 'count_tokens',
  check: body => checkRequest(body, false),
  applyRelease: (body, release) => applyRelease(body, release, false),
  overChat: {
    operation: 'tokenize',
    toChat: toPrompt,
    fromReply: ({ count, is_estimate: isEstimate }) => ({
      input_tokens: count,
      ...(isEstimate === true ? { is_estimate: true } : {}),
    }),
    openStream: () => untouched,
  },
}

const encoder = new TextEncoder()

/** The events of an upstream that speaks the dialect itself; one that breaks ends with an error event. */
const untouched: ClientStream = {
  push: bytes => bytes,
  end: () => undefined,
  fail: (failure: Failure) =>
    encoder.encode(`event: error\ndata: ${JSON.stringify(toAnthropicError(failure))}\n\n`),
}
