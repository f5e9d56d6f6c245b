import { readRunExamples, type ReadExampleOptions } from '../examples/read-example.ts'
import { listExamples } from '../runs/item-store.ts'
import type { Run } from '../runs/run.ts'

const examplesAtOnce = 100

/** All that a run has, one line of JSON for each answer with its example and its scores; read as the client takes it. */
export function exportRows(run: Run, options: ReadExampleOptions, signal: AbortSignal): Response {
  const encoder = new TextEncoder()
  let ordinals: readonly number[] | undefined
  let at = 0
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      signal.throwIfAborted()
      ordinals ??= (await listExamples(options.database, run.id)).map(({ ordinal }) => ordinal)
      const window = ordinals.slice(at, at + examplesAtOnce)
      at += examplesAtOnce
      if (window.length === 0) return controller.close()
      const examples = await readRunExamples(run, window, options)
      const lines = examples.flatMap(({ items, ...example }) =>
        items.map(item => `${JSON.stringify({ run: run.id, suite: run.suite, ...example, ...item })}\n`),
      )
      controller.enqueue(encoder.encode(lines.join('')))
    },
  })
  return new Response(stream, { headers: { 'content-type': 'application/jsonl; charset=utf-8' } })
}
