import { contentTypes } from './answers.ts'
import { spansPath } from './receive-spans.ts'

type Json = Record<string, unknown>

/** Where spans are sent, for the OpenAPI description; the messages are OpenTelemetry's own. */
export function otlpPaths(): Record<string, Json> {
  const failure = { description: "A failure in the form of OTLP's `Status`, in the encoding of the request." }
  const bodies = {
    [contentTypes.protobuf]: { schema: { type: 'string', format: 'binary' } },
    [contentTypes.json]: { schema: { type: 'object', properties: { resourceSpans: { type: 'array' } } } },
  }
  return {
    [spansPath]: {
      post: {
        operationId: 'exportSpans',
        summary:
          'Takes the spans of an application: ExportTraceServiceRequest of OTLP/HTTP, with gzip or without.',
        tags: ['OpenTelemetry'],
        'x-permission': 'span:send',
        requestBody: { required: true, content: bodies },
        responses: {
          200: {
            description:
              'ExportTraceServiceResponse; `partial_success` says how many spans were not taken, and why.',
          },
          400: failure,
          401: failure,
          403: failure,
          413: failure,
          415: failure,
          429: failure,
          503: failure,
        },
      },
    },
  }
}
