import { Failure } from '../../../foundation/platform/index.ts'
import type { Dialect, DialectOptions } from '../dialect.ts'
import type { Operation } from '../upstream.ts'
import type { Differences } from './differences.ts'
import { observeReply } from './reply.ts'
import { writeBody } from './request.ts'
import { OpenAiStream } from './stream.ts'

/** What every OpenAI-compatible server is taken to answer. */
export const ordinaryOperations: ReadonlySet<Operation> = new Set(['chat', 'completion', 'embedding'])

/** Speaks to anything that has OpenAI's API, apart from the differences in `row`. */
export function createOpenAiDialect(
  row: Differences,
  urlOf: (operation: Operation, model: string) => string,
  options: DialectOptions,
): Dialect {
  return {
    operations: ordinaryOperations,
    request: call => {
      if (call.isStream && call.operation === 'embedding') {
        throw new Failure('unsupported_parameter', 'Embeddings are not streamed. Leave `stream` out.', {
          details: { parameter: 'stream' },
        })
      }
      return { url: urlOf(call.operation, call.model), ...writeBody(call, row, options.label) }
    },
    readReply: (bytes, call) => ({ body: bytes, observation: observeReply(bytes, call, options) }),
    createTranslator: (call, request, signal) =>
      new OpenAiStream(call, request.isUsageInjected, signal, options),
  }
}
