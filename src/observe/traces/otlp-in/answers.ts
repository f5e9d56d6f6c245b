import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Failure, FailureCode } from '../../../foundation/platform/index.ts'

/** The two encodings of OTLP/HTTP; an answer has that of its request. */
export type Encoding = 'protobuf' | 'json'

export const contentTypes = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
} as const satisfies Record<Encoding, string>

/** Codes of google.rpc.Code, which `Status` speaks. */
const statusCodes: Partial<Record<FailureCode, number>> = {
  invalid_request: 3,
  unsupported_media_type: 3,
  body_too_large: 3,
  not_found: 5,
  forbidden: 7,
  rate_limited: 8,
  method_not_allowed: 12,
  not_ready: 14,
  shutting_down: 14,
  storage_unavailable: 14,
  unauthenticated: 16,
}
const internal = 13

/** A failure in the form of OTLP: `Status`, with the HTTP status and `retry-after` that senders go by. */
export function answerFailure(failure: Failure, encoding: Encoding): Response {
  const { retryAfterSeconds } = failure.details
  return answer(failure.status, encoding, statusCodes[failure.code] ?? internal, failure.message, {
    ...(retryAfterSeconds !== undefined && {
      'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))),
    }),
  })
}

export function answerBug(id: string, encoding: Encoding): Response {
  return answer(500, encoding, internal, `Something went wrong on our side; the log has it under ${id}.`, {})
}

function answer(
  status: number,
  encoding: Encoding,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>>,
): Response {
  const body =
    encoding === 'json'
      ? JSON.stringify({ code, message })
      : new BinaryWriter()
          .tag(1, WireType.Varint)
          .int32(code)
          .tag(2, WireType.LengthDelimited)
          .string(message)
          .finish()
  return new Response(body, { status, headers: { ...headers, 'content-type': contentTypes[encoding] } })
}

/** ExportTraceServiceResponse; with `partial_success` where some were not taken. */
export function answerTaken(encoding: Encoding, rejected: number, why: string): Response {
  const headers = { 'content-type': contentTypes[encoding] }
  if (encoding === 'json') {
    const partialSuccess = { rejectedSpans: String(rejected), errorMessage: why }
    return new Response(JSON.stringify(rejected === 0 ? {} : { partialSuccess }), { headers })
  }
  if (rejected === 0) return new Response(new Uint8Array(0), { headers })
  const partial = new BinaryWriter()
    .tag(1, WireType.Varint)
    .int64(rejected)
    .tag(2, WireType.LengthDelimited)
    .string(why)
    .finish()
  return new Response(new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(partial).finish(), {
    headers,
  })
}
