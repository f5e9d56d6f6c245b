import type { AnswerMemory, Body, ClientStream, ResolvedRequest } from '../dialects/index.ts'
import { allTargets } from '../routing/index.ts'
import type { Exchange } from './exchange.ts'
import type { ServingRelease } from './serving-snapshot.ts'

/** The request with all that it only refers to. */
export async function resolveRequest(
  memory: AnswerMemory,
  body: Body,
  exchange: Exchange,
  /** Those that it may go to. */
  releases: readonly ServingRelease[],
): Promise<ResolvedRequest> {
  const { principal, service } = exchange.options
  // they are sealed where they are stored, and go back to their owner as they were
  const storesContent = service.config.storeContent !== false
  const targets = releases.flatMap(({ plan }) => allTargets(plan)).map(({ key }) => key)
  return await memory.resolve(body, { principal, service: service.name, storesContent, targets })
}

/** What takes the whole answer when it is there; `undefined` in a dialect that remembers nothing. */
export function createKeeper(
  memory: AnswerMemory | undefined,
  asked: Body,
  exchange: Exchange,
): ((answer: Body) => void) | undefined {
  if (!memory) return undefined
  const { id, principal, service } = exchange.options
  return answer => {
    const { answering } = exchange
    memory.keep({
      inferenceId: id,
      principal,
      service: service.name,
      target: answering?.target.key ?? 'cache',
      upstreamId: answering?.observation?.upstreamId,
      conversationId: exchange.conversation?.id,
      asked,
      answer,
    })
  }
}

/** The stream, whose answer is kept as soon as its last event is written: the client may leave right after it. */
export function keepStream(stream: ClientStream, keep: ((answer: Body) => void) | undefined): ClientStream {
  if (!keep) return stream
  let isKept = false
  const seen = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    const answer = isKept ? undefined : stream.answer
    if (answer) {
      isKept = true
      keep(answer)
    }
    return bytes
  }
  return {
    push: bytes => seen(stream.push(bytes)),
    end: () => seen(stream.end()),
    fail: failure => stream.fail(failure),
  }
}
