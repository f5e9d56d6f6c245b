import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { EvaluatedAnswer, EvaluatedExample } from '../evaluation/index.ts'
import type { LabelContext } from './labelling.ts'
import type { TeacherBatch, TeacherBatches } from './ports.ts'

/** What the line of a row is called. */
export const customIdOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 40)

/** The lines of a batch, as they are asked for. */
export function writeLines(
  examples: AsyncGenerator<{
    readonly example: EvaluatedExample
    readonly body: Readonly<Record<string, unknown>>
  }>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const next = await examples.next()
      if (next.done) return controller.close()
      const { example, body } = next.value
      const line = { custom_id: customIdOf(example.key), method: 'POST', url: '/v1/chat/completions', body }
      controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`))
    },
    async cancel() {
      await examples.return(undefined)
    },
  })
}

/** Waits for the end of a batch. Throws `conflict` where nobody can be told what the teacher says. */
export async function endOfBatch(
  batches: TeacherBatches,
  context: Pick<LabelContext, 'caller' | 'stableId' | 'signal' | 'progress'>,
): Promise<TeacherBatch> {
  const { tenant } = context.caller
  for (;;) {
    context.signal.throwIfAborted()
    const batch = await batches.find(tenant, context.stableId)
    if (!batch) throw new Failure('not_found', 'The batch of the teacher is gone.')
    const done = batch.completed + batch.failed
    context.progress(batch.total === 0 ? 0 : (0.7 * done) / batch.total, `${done} of ${batch.total} answers`)
    if (!batch.isEnded) {
      await sleep(lookMs, undefined, { signal: context.signal })
      continue
    }
    if (batch.state === 'completed' || batch.state === 'expired') return batch
    throw new Failure(
      'conflict',
      `The batch ${batch.id} of the teacher is ${batch.state}${batch.why === undefined ? '' : `: ${batch.why}`}.`,
    )
  }
}

const lookMs = 500

const completion = z.looseObject({
  model: z.string().optional(),
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        message: z.looseObject({ content: z.string().min(1) }),
      }),
    )
    .min(1),
})

/** What was said; nothing where only tools were called, or the answer was cut off. */
export function readAnswer(body: unknown): EvaluatedAnswer | undefined {
  const read = completion.safeParse(body)
  if (!read.success) return undefined
  const [choice] = read.data.choices
  const reason = choice?.finish_reason ?? undefined
  if (!choice || reason === 'length' || reason === 'content_filter') return undefined
  return {
    text: choice.message.content,
    body: read.data,
    finishReason: reason,
    model: read.data.model,
  }
}
