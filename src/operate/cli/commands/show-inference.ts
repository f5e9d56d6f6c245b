import { Command } from 'commander'
import { z } from 'zod'

import { formatMs, formatTime, formatUsd } from '../figures.ts'
import { outcomeOf, serviceOf } from '../inference-columns.ts'
import { openSession } from '../session.ts'
import { printFields } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { inferenceShape } from '../wire.ts'

const detailShape = inferenceShape.extend({
  feedback: z
    .array(
      z.looseObject({
        score: z.number().nullish(),
        label: z.string().nullish(),
        comment: z.string().nullish(),
        created_at: z.string().nullish(),
      }),
    )
    .nullish(),
  content: z.unknown(),
})
type Detail = z.output<typeof detailShape>

export function showInferenceCommand(): Command {
  return new Command('show')
    .description('Show all that is known of an inference')
    .argument('<id>', 'its id, as lists and the header slipway-inference-id have it')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { api, terminal } = openSession(command)
      const inference = await api.read(`/api/inferences/${encodeURIComponent(id)}`, detailShape)
      if (terminal.isJson) return terminal.printJson(inference)
      printInference(terminal, inference)
    })
}

function printInference(terminal: Terminal, inference: Detail): void {
  const { usage } = inference
  printFields(terminal, [
    ['id', inference.id],
    ['started', formatTime(inference.started_at)],
    ['tenant', inference.tenant],
    ['service', serviceOf(inference)],
    ['target', [inference.target, inference.upstream_model].filter(Boolean).join(' ') || undefined],
    ['operation', `${inference.operation}${inference.is_stream ? ', streamed' : ''}`],
    ['outcome', outcomeOf(inference)],
    ['failure', inference.failure_message],
    ['finish reason', inference.finish_reason],
    ['first token', formatMs(inference.ttft_ms)],
    ['latency', formatMs(inference.latency_ms)],
    [
      'input tokens',
      usage &&
        `${usage.input_tokens} + ${usage.cache_read_tokens} cached + ${usage.cache_write_tokens} written to the cache`,
    ],
    ['output tokens', usage && `${usage.output_tokens} + ${usage.reasoning_tokens} reasoning`],
    ['cost', formatUsd(inference.cost_nano_usd)],
    ['request', inference.request_id],
    ['trace', inference.trace_id],
    ['configuration', inference.snapshot_hash],
  ])
  for (const { score, label, comment, created_at } of inference.feedback ?? [])
    terminal.print(
      `${terminal.style.dim(`feedback ${formatTime(created_at)}`)}  ${[score, label, comment].filter(part => part !== null && part !== undefined).join(' · ')}`,
    )
  if (inference.content === null || inference.content === undefined)
    return terminal.note(
      terminal.style.dim('The content is not kept: the service does not have `storeContent: true`.'),
    )
  terminal.print(`\n${JSON.stringify(inference.content, null, 2)}`)
}
