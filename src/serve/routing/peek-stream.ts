import type { UpstreamAnswer } from '../providers/index.ts'
import type { PeekedStream } from './attempt.ts'

/** Enough for the events that come before the first token; who sends more before it is served as it is. */
const mostChunks = 64
const mostBytes = 256 * 1024

/**
 * Reads a stream up to its first meaningful event: content, a call, reasoning, or the end of the answer. An error until
 * then is thrown, and nothing has been sent that would stand in the way of another attempt.
 */
export async function peekStream(
  answer: Extract<UpstreamAnswer, { kind: 'stream' }>,
): Promise<Omit<PeekedStream, 'contentType'>> {
  const { translator } = answer
  const reader = answer.body.getReader()
  const held: Uint8Array[] = []
  let bytes = 0
  for (let chunk = 0; chunk < mostChunks && bytes < mostBytes; chunk += 1) {
    let read: Awaited<ReturnType<typeof reader.read>>
    try {
      read = await reader.read()
    } catch (cause) {
      throw translator.interrupted(cause)
    }
    const piece = read.value ? translator.push(read.value) : translator.end()
    if (piece && piece.byteLength > 0) {
      held.push(piece)
      bytes += piece.byteLength
    }
    if (!read.value) return { translator, reader, held, isEnded: true }
    if (translator.failure) throw translator.failure
    if (translator.observation.firstTokenAt !== undefined) break
  }
  return { translator, reader, held, isEnded: false }
}
