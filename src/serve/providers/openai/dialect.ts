import { Failure } from '../../../foundation/platform/index.ts'
import type { Dialect, DialectOptions } from '../dialect.ts'
import type { Operation } from '../upstream.ts'
import { differences, type Differences } from './differences.ts'
import { MediaStream } from './media-stream.ts'
import { readMediaReply } from './media-reply.ts'
import { observeReply } from './reply.ts'
import { writeBody } from './request.ts'
import { observeResponse } from './responses-reply.ts'
import { ResponsesStream } from './responses-stream.ts'
import { SoundStream } from './sound-stream.ts'
import { OpenAiStream } from './stream.ts'
import { readPrediction, writePrediction } from './prediction.ts'
import { readTokenizeReply } from './tokenize-reply.ts'
import { writeForm } from './write-form.ts'

/** What every OpenAI-compatible server is taken to answer. */
export const ordinaryOperations: ReadonlySet<Operation> = new Set(['chat', 'completion', 'embedding'])

/** What a kind is taken to answer where the operator does not say. Azure's dated versions before this have no responses. */
export function usualOperations(kind: keyof typeof differences, apiVersion: string | undefined): Operation[] {
  const isTooOld =
    kind === 'azure-openai' && apiVersion !== undefined && /^\d/.test(apiVersion) && apiVersion < '2025-03-01'
  const row = differences[kind]
  const operations = [...(row.ordinary ?? ordinaryOperations), ...row.passes]
  return isTooOld ? operations.filter(operation => operation !== 'responses') : operations
}

/** Those with choices or vectors; the others are passed through, whatever is in them. */
const isOrdinary = (operation: Operation): boolean => ordinaryOperations.has(operation)

/**
 * Speaks to anything that has OpenAI's API, apart from the differences in `row`. `operations` are what it is taken to
 * answer where the operator knows better.
 */
export function createOpenAiDialect(
  row: Differences,
  urlOf: (operation: Operation, model: string) => string,
  options: DialectOptions,
  operations: readonly Operation[] = [...ordinaryOperations, ...row.passes],
): Dialect {
  return {
    operations: new Set(operations),
    request: call => {
      if (call.isStream && call.operation === 'embedding') {
        throw new Failure('unsupported_parameter', 'Embeddings are not streamed. Leave `stream` out.', {
          details: { parameter: 'stream' },
        })
      }
      const url = urlOf(call.operation, call.model)
      if (row.isPredictor && call.operation === 'classification')
        return { url, body: writePrediction(call.body), isUsageInjected: false }
      if (call.files) return { url, body: writeForm(call, call.files), isUsageInjected: false }
      return { url, ...writeBody(call, row, options.label) }
    },
    readReply: (bytes, call, headers) => {
      if (isOrdinary(call.operation)) return { body: bytes, observation: observeReply(bytes, call, options) }
      if (row.isPredictor && call.operation === 'classification')
        return readPrediction(bytes, call.model, options)
      if (call.operation === 'tokenize') return readTokenizeReply(bytes, options)
      return call.operation === 'responses'
        ? { body: bytes, observation: observeResponse(bytes, call, options) }
        : readMediaReply(bytes, call, typeIn(headers), options)
    },
    createTranslator: (call, request, signal, headers) => {
      if (isOrdinary(call.operation)) return new OpenAiStream(call, request.isUsageInjected, signal, options)
      if (call.operation === 'responses') return new ResponsesStream(call, signal, options)
      const contentType = typeIn(headers)
      return /^\s*text\/event-stream/i.test(contentType)
        ? new MediaStream(call, signal, options)
        : new SoundStream(call, contentType, signal, options)
    },
  }
}

function typeIn(headers: Headers | undefined): string {
  return headers?.get('content-type') ?? ''
}
