import { z } from 'zod'
import { formatMs, formatPoints, formatUsd } from '../figures.ts'
import { runDetailShape } from '../pipeline/pipeline-wire.ts'
import type { Session } from '../session.ts'
import { printFields, printTable } from '../table.ts'

const side = z.looseObject({
  release: z.string(),
  latency_ms_p50: z.number().nullable(),
  latency_ms_p95: z.number().nullable(),
  cost_per_answer_nano_usd: z.number().nullable(),
  scores: z.array(
    z.looseObject({ evaluator: z.string(), mean: z.number().nullable(), pass_rate: z.number().nullable() }),
  ),
})

const reportShape = z.looseObject({
  answers: z.looseObject({
    asked: z.number(),
    answered: z.number(),
    kept: z.number(),
    leftOut: z.record(z.string(), z.number()),
    costNanoUsd: z.number(),
    dataset: z.string(),
    version: z.number(),
  }),
  model: z.looseObject({ reference: z.string() }),
  comparison: z
    .looseObject({
      evaluation: z.string(),
      verdict: z.string(),
      examples: z.number(),
      teacher: side,
      student: side,
      quality: z.array(
        z.looseObject({
          evaluator: z.string(),
          verdict: z.string(),
          pairs: z.number(),
          difference: z.looseObject({ mean: z.number(), low: z.number(), high: z.number() }).nullish(),
        }),
      ),
    })
    .nullable(),
})

/** What came of a distillation, where it came so far. */
export async function printDistillation({ api, terminal }: Session, run: string): Promise<void> {
  const detail = await api.read(`/api/pipeline-runs/${encodeURIComponent(run)}`, runDetailShape)
  const left = detail.stages
    .find(({ name }) => name === 'report')
    ?.artifacts.find(({ name }) => name === 'report')
  const read = reportShape.safeParse(left?.value)
  if (!read.success) return
  const { answers, model, comparison } = read.data
  const reasons = Object.entries(answers.leftOut).map(([why, count]) => `${why} ${count}`)
  terminal.print('')
  printFields(terminal, [
    [
      'answers',
      `${answers.kept} of ${answers.asked} kept in ${answers.dataset}@${answers.version}, ${formatUsd(answers.costNanoUsd)}`,
    ],
    ['left out', reasons.length === 0 ? undefined : reasons.join(', ')],
    ['student', model.reference],
    [
      'verdict',
      comparison &&
        `${comparison.verdict} on ${comparison.examples} examples (evaluation ${comparison.evaluation})`,
    ],
  ])
  if (!comparison) return
  const { teacher, student, quality } = comparison
  const rows = [
    ...quality.map(({ evaluator, difference, verdict, pairs }) => ({
      what: evaluator,
      teacher: meanOf(teacher.scores, evaluator),
      student: meanOf(student.scores, evaluator),
      difference: difference
        ? `${formatPoints(difference.mean)} [${formatPoints(difference.low)}, ${formatPoints(difference.high)}] ${verdict}, ${pairs} pairs`
        : verdict,
    })),
    ...(
      [
        ['latency p50', 'latency_ms_p50'],
        ['latency p95', 'latency_ms_p95'],
      ] as const
    ).map(([what, key]) => ({
      what,
      teacher: formatMs(teacher[key]),
      student: formatMs(student[key]),
      difference: times(student[key], teacher[key]),
    })),
    {
      what: 'cost of an answer',
      teacher: formatUsd(teacher.cost_per_answer_nano_usd),
      student: formatUsd(student.cost_per_answer_nano_usd),
      difference: times(student.cost_per_answer_nano_usd, teacher.cost_per_answer_nano_usd),
    },
  ]
  terminal.print('')
  printTable(
    terminal,
    rows,
    [
      { title: '', value: row => row.what },
      { title: teacher.release, value: row => row.teacher, isNumber: true },
      { title: student.release, value: row => row.student, isNumber: true },
      { title: 'student beside teacher', value: row => row.difference },
    ],
    '',
  )
}

function meanOf(scores: z.output<typeof side>['scores'], name: string): string {
  const mean = scores.find(({ evaluator }) => evaluator === name)?.mean
  return mean === undefined || mean === null ? '–' : formatPoints(mean)
}

function times(student: number | null, teacher: number | null): string {
  return student === null || teacher === null || teacher === 0 ? '' : `${(student / teacher).toFixed(2)} ×`
}
