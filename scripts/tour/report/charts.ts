import type { Run, Verdict } from '../shapes.ts'
import type { Phase } from '../story.ts'
import type { Answered } from '../traffic.ts'

const width = 860
const left = 44
const right = 12

export const escape = (text: string): string =>
  text.replaceAll(
    /[&<>"]/g,
    mark => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? mark,
  )

interface Scale {
  (value: number): number
}
const scale = (from: number, to: number, start: number, end: number): Scale => {
  const length = Math.max(to - from, 1e-9)
  return value => start + ((value - from) / length) * (end - start)
}
const at = (value: number): string => value.toFixed(1)

export const clock = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** How many answers were right and what customers said of it, from the first request to the last, with the phases. */
export function qualityChart(answered: readonly Answered[], phases: readonly Phase[]): string {
  const from = answered[0]?.at ?? 0
  const to = answered.at(-1)?.at ?? from + 1
  const height = 250
  const [top, bottom] = [86, height - 24]
  const x = scale(from, to, left, width - right)
  const y = scale(0, 1, bottom, top)
  const bucketMs = Math.max(2_000, (to - from) / 60)
  const lines = [
    { name: 'truth', value: (one: Answered) => (one.isRight ? 1 : 0) },
    { name: 'said', value: ({ said }: Answered) => said },
  ].map(({ name, value }) => {
    const points: string[] = []
    for (let start = from; start < to; start += bucketMs) {
      const values = answered
        .filter(({ at: when }) => when >= start && when < start + bucketMs)
        .flatMap(one => value(one) ?? [])
      if (values.length < 4) continue
      const mean = values.reduce<number>((sum, each) => sum + each, 0) / values.length
      points.push(`${at(x(Math.min(to, start + bucketMs / 2)))} ${at(y(mean))}`)
    }
    return `<path class="line ${name}" d="M${points.join('L')}"/>`
  })
  const marks = phases.map(({ name, at: when }, index) => {
    const place = at(x(when))
    return `<line class="mark" x1="${place}" x2="${place}" y1="${16 + (index % 5) * 14}" y2="${bottom}"/><text class="name" x="${at(x(when) + 3)}" y="${14 + (index % 5) * 14}"${x(when) > width - 150 ? ' text-anchor="end"' : ''}>${escape(name)}</text>`
  })
  return svg(
    height,
    'Share of right answers over time',
    [
      ...[0, 0.25, 0.5, 0.75, 1].map(
        share =>
          `<line class="grid" x1="${left}" x2="${width - right}" y1="${at(y(share))}" y2="${at(y(share))}"/><text class="tick" x="${left - 6}" y="${at(y(share) + 4)}" text-anchor="end">${100 * share} %</text>`,
      ),
      ...timeTicks(from, to, x, height - 6),
      ...marks,
      ...lines,
    ].join(''),
  )
}

/** What each stage of a run took. */
export function runChart(run: Run): string {
  const begun = run.stages.filter(({ started_at: when }) => when !== null)
  const from = Date.parse(run.created_at)
  const to = Date.parse(run.ended_at ?? run.created_at)
  const height = 30 + 24 * begun.length
  const x = scale(from, to, 110, width - 80)
  const rows = begun.map((stage, index) => {
    const [start, end] = [
      Date.parse(stage.started_at ?? run.created_at),
      Date.parse(stage.ended_at ?? '') || to,
    ]
    const y = 8 + 24 * index
    return `<text class="label" x="100" y="${y + 13}" text-anchor="end">${escape(stage.name)}</text><rect class="bar ${escape(stage.state)}" x="${at(x(start))}" y="${y}" width="${at(Math.max(2, x(end) - x(start)))}" height="16" rx="3"/><text class="tick" x="${at(x(end) + 6)}" y="${y + 13}">${((end - start) / 1_000).toFixed(1)} s</text>`
  })
  return svg(height, 'Stages of the run over time', [...rows, ...timeTicks(from, to, x, height - 4)].join(''))
}

/** By how much the candidate was worse, as surely as was known at each look: the bounds of one metric against its margin. */
export function boundsChart(verdicts: readonly Verdict[], name: string): string {
  const points = verdicts.flatMap(({ at: when, step, candidates }) => {
    const found = candidates[0]?.metrics.find(metric => metric.name === name)
    if (!found || found.low === null || found.high === null || found.estimate === null) return []
    return [
      { ...found, at: Date.parse(when), step, low: found.low, high: found.high, estimate: found.estimate },
    ]
  })
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return '<p class="quiet">Nothing was known of it when it ended.</p>'
  const height = 190
  const x = scale(first.at, Math.max(last.at, first.at + 1_000), left, width - right)
  const y = scale(-1, 1, height - 24, 10)
  const steps = [...new Set(points.map(({ step }) => step))].map(step =>
    points.filter(one => one.step === step),
  )
  const bands = steps.map(some => {
    const up = some.map(one => `${at(x(one.at))} ${at(y(Math.min(1, one.high)))}`)
    const down = some.toReversed().map(one => `${at(x(one.at))} ${at(y(Math.max(-1, one.low)))}`)
    const middle = some.map(one => `${at(x(one.at))} ${at(y(one.estimate))}`)
    return `<path class="band" d="M${[...up, ...down].join('L')}Z"/><path class="line truth" d="M${middle.join('L')}"/>`
  })
  return svg(
    height,
    `How much worse the candidate is in ${name}, with bounds`,
    [
      ...[-1, -0.5, 0, 0.5, 1].map(
        value =>
          `<line class="grid" x1="${left}" x2="${width - right}" y1="${at(y(value))}" y2="${at(y(value))}"/><text class="tick" x="${left - 6}" y="${at(y(value) + 4)}" text-anchor="end">${value}</text>`,
      ),
      ...bands,
      `<line class="margin" x1="${left}" x2="${width - right}" y1="${at(y(first.margin))}" y2="${at(y(first.margin))}"/>`,
      ...timeTicks(first.at, last.at, x, height - 6),
    ].join(''),
  )
}

function timeTicks(from: number, to: number, x: Scale, y: number): string[] {
  const count = 6
  return Array.from({ length: count + 1 }, (_, index) => {
    const when = from + (index / count) * (to - from)
    const anchor = index === 0 ? 'start' : index === count ? 'end' : 'middle'
    return `<text class="tick" x="${at(x(when))}" y="${y}" text-anchor="${anchor}">${clock(when - from)}</text>`
  })
}

function svg(height: number, label: string, content: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(label)}">${content}</svg>`
}
