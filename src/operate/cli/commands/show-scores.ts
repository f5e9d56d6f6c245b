import { Command } from 'commander'
import { z } from 'zod'

import type { ApiClient } from '../api-client.ts'
import { formatTime, formatUsd } from '../figures.ts'
import { openSession } from '../session.ts'
import { printable, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { listOf } from '../wire.ts'

const judgeShape = z.looseObject({
  name: z.string(),
  kind: z.string(),
  hash: z.string(),
  sample_percent: z.number(),
  judges: z.array(z.string()),
  waiting: z.number(),
  figures: z.array(
    z.looseObject({
      service: z.string(),
      judged: z.number(),
      failed: z.number(),
      skipped: z.number(),
      mean: z.number().nullish(),
      cost_nano_usd: z.number(),
    }),
  ),
})

type Judge = z.output<typeof judgeShape>

interface Row {
  readonly judge: Judge
  readonly figures: Judge['figures'][number] | undefined
  readonly service: string
}

const scoresShape = listOf(
  z.looseObject({
    name: z.string(),
    value: z.number().nullish(),
    label: z.string().nullish(),
    rationale: z.string().nullish(),
    failure: z.string().nullish(),
    judge_hash: z.string(),
    model: z.string().nullish(),
    cost_nano_usd: z.number().nullish(),
    created_at: z.string(),
  }),
).extend({ waiting: z.array(z.string()).nullish() })

export function showScoresCommand(): Command {
  return new Command('scores')
    .description('Show what judges found: of one inference, or of all in the last days')
    .argument('[id]', 'an inference')
    .option('--days <days>', 'how many days back, today included', '7')
    .option('--tenant <tenant>', 'of one tenant only')
    .action(async (id: string | undefined, options: { days: string; tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      if (id !== undefined) return await showOne(api, terminal, id)
      const query = new URLSearchParams({ days: options.days })
      if (options.tenant !== undefined) query.set('tenant', options.tenant)
      await showAll(api, terminal, query)
    })
}

async function showOne(api: ApiClient, terminal: Terminal, id: string): Promise<void> {
  const scores = await api.read(`/api/inferences/${encodeURIComponent(id)}/scores`, scoresShape)
  if (terminal.isJson) return terminal.printJson(scores)
  printTable(
    terminal,
    scores.data,
    [
      { title: 'judge', value: score => score.name },
      { title: 'score', value: score => valueOf(score.value), isNumber: true },
      { title: 'label', value: score => score.label ?? score.failure ?? '–' },
      { title: 'cost', value: score => formatUsd(score.cost_nano_usd), isNumber: true },
      { title: 'went by', value: score => score.judge_hash },
      { title: 'at', value: score => formatTime(score.created_at) },
    ],
    'No judge has scored it.',
  )
  for (const { name, rationale } of scores.data) {
    if (typeof rationale === 'string')
      terminal.print(`\n${terminal.style.dim(name)}  ${printable(rationale)}`)
  }
  for (const judge of scores.waiting ?? []) terminal.note(terminal.style.dim(`${judge} has still to see it.`))
}

async function showAll(api: ApiClient, terminal: Terminal, query: URLSearchParams): Promise<void> {
  const judges = await api.read(`/api/judges?${query}`, listOf(judgeShape))
  if (terminal.isJson) return terminal.printJson(judges)
  const rows = judges.data.flatMap((judge): Row[] =>
    judge.figures.length === 0
      ? [{ judge, figures: undefined, service: judge.judges.join(', ') || '–' }]
      : judge.figures.map(figures => ({ judge, figures, service: figures.service })),
  )
  printTable(
    terminal,
    rows,
    [
      { title: 'judge', value: ({ judge }) => judge.name },
      { title: 'kind', value: ({ judge }) => judge.kind },
      { title: 'went by', value: ({ judge }) => judge.hash },
      { title: 'of', value: ({ service }) => service },
      { title: 'sees', value: ({ judge }) => `${judge.sample_percent} %`, isNumber: true },
      { title: 'mean', value: ({ figures }) => valueOf(figures?.mean), isNumber: true },
      { title: 'judged', value: ({ figures }) => String(figures?.judged ?? 0), isNumber: true },
      { title: 'failed', value: ({ figures }) => String(figures?.failed ?? 0), isNumber: true },
      { title: 'skipped', value: ({ figures }) => String(figures?.skipped ?? 0), isNumber: true },
      { title: 'waiting', value: ({ judge }) => String(judge.waiting), isNumber: true },
      { title: 'cost', value: ({ figures }) => formatUsd(figures?.cost_nano_usd ?? 0), isNumber: true },
    ],
    'No judge is declared: say `judges` in slipway.yaml.',
  )
}

function valueOf(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(2)
}
