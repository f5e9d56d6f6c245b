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
  policy_hash: z.string().nullish(),
  verdicts: z
    .array(
      z.looseObject({
        guard: z.string(),
        stage: z.string(),
        mode: z.string(),
        outcome: z.string(),
        why: z.string(),
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
        inWords([
          [usage.input_tokens, ''],
          [usage.cache_read_tokens, 'cached'],
          [usage.cache_write_tokens, 'written to the cache'],
          [usage.cache_write_hour_tokens, 'written to the cache for an hour'],
          [usage.audio_input_tokens, 'of sound'],
          [usage.image_input_tokens, 'of pictures'],
        ]),
    ],
    [
      'output tokens',
      usage &&
        inWords([
          [usage.output_tokens, ''],
          [usage.reasoning_tokens, 'reasoning'],
          [usage.audio_output_tokens, 'of sound'],
          [usage.image_output_tokens, 'of pictures'],
        ]),
    ],
    ['beside tokens', unitsInWords(usage?.units)],
    ['cost', formatUsd(inference.cost_nano_usd)],
    [
      'cost by upstream',
      typeof inference.reported_cost_nano_usd === 'number'
        ? formatUsd(inference.reported_cost_nano_usd)
        : undefined,
    ],
    ['service tier', inference.service_tier],
    ['upstream id', inference.upstream_id],
    ['conversation', inference.conversation_id],
    ['request', inference.request_id],
    ['trace', inference.trace_id],
    ['configuration', inference.snapshot_hash],
    ['policy', inference.policy_hash],
    ...(inference.verdicts ?? []).map(({ guard, stage, mode, outcome, why }): [string, string] => [
      `${guard} on ${stage}`,
      `${mode === 'shadow' && outcome !== 'pass' ? 'shadow ' : ''}${outcome}: ${why}`,
    ]),
  ])
  for (const { score, label, comment, created_at } of inference.feedback ?? [])
    terminal.print(
      `${terminal.style.dim(`feedback ${formatTime(created_at)}`)}  ${[score, label, comment].filter(part => part !== null && part !== undefined).join(' · ')}`,
    )
  if (inference.content === null || inference.content === undefined)
    return terminal.note(
      terminal.style.dim(
        'The content is not kept: the service does not say `storeContent: masked` (or `true`).',
      ),
    )
  terminal.print(`\n${JSON.stringify(inference.content, null, 2)}`)
}

/** The first count always, the others where there are any. */
function inWords(counts: readonly (readonly [count: number, name: string])[]): string {
  return counts
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, name]) => `${count} ${name}`.trim())
    .join(' + ')
}

function unitsInWords(units: Record<string, number> | null | undefined): string | undefined {
  const entries = Object.entries(units ?? {})
  return entries.length === 0 ? undefined : entries.map(([name, count]) => `${count} ${name}`).join(', ')
}
