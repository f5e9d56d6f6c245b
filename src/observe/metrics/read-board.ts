import type { MetricQuery } from '../../foundation/config/index.ts'
import { board, type Panel, type PanelGroup, type PanelLine } from './dashboard.ts'
import type { MetricsLook, SeriesReader, StepRange } from './series-reader.ts'

export interface BoardSeries {
  readonly name: string
  readonly values: readonly (number | null)[]
  /** Over the last minute, or the last step where that is longer; null where nothing happened. */
  readonly now: number | null
}

export interface BoardPanel extends Pick<Panel, 'id' | 'title' | 'help' | 'unit'> {
  readonly isStacked: boolean
  readonly series: readonly BoardSeries[]
}

export interface Board {
  readonly range: StepRange
  readonly groups: readonly (Pick<PanelGroup, 'id' | 'title'> & { readonly panels: readonly BoardPanel[] })[]
}

/** At most so many points on a line, and the widths that a point may have. */
const mostPoints = 120
const stepsSeconds = [10, 20, 30, 60, 120, 300, 600, 1_200, 3_600, 7_200, 21_600] as const
const mostSeries = 12
const nowSeconds = 60

/** Every panel of the board over the last `minutes`, of one service or of all. */
export async function readBoard(
  reader: SeriesReader,
  options: { readonly minutes: number; readonly service: string | undefined; readonly nowMs: number },
): Promise<Board> {
  const { minutes, service, nowMs } = options
  const stepSeconds = stepsSeconds.find(step => (minutes * 60) / step <= mostPoints) ?? 21_600
  const look = reader.look(nowMs)
  const stepMs = stepSeconds * 1_000
  // whole steps only: one that is still filling would look like a fall
  const toMs = Math.floor(look.atMs / stepMs) * stepMs
  const range = { fromMs: toMs - Math.ceil((minutes * 60_000) / stepMs) * stepMs, toMs, stepSeconds }
  const isSampled = await readSampled(reader, range)
  const readPanel = async (panel: Panel): Promise<BoardPanel> => {
    const series: BoardSeries[] = []
    for (const line of panel.lines)
      series.push(...(await readLine(reader, look, range, isSampled, narrow(line, reader, service))))
    const { id, title, help, unit, isStacked = false } = panel
    return { id, title, help, unit, isStacked, series: series.slice(0, mostSeries) }
  }
  return {
    range,
    groups: await Promise.all(
      board.map(async ({ id, title, panels }) => ({
        id,
        title,
        panels: await Promise.all(panels.map(readPanel)),
      })),
    ),
  }
}

/** In which steps any server was there to say something: nothing counted is not the same as nothing known. */
async function readSampled(reader: SeriesReader, range: StepRange): Promise<boolean[]> {
  const [series] = await reader.range(
    { metric: 'process_start_time_seconds', measure: 'latest', over: '5m' },
    range,
  )
  return (series?.values ?? []).map(value => value !== null)
}

async function readLine(
  reader: SeriesReader,
  look: MetricsLook,
  range: StepRange,
  isSampled: readonly boolean[],
  { name, query, times = 1 }: PanelLine,
): Promise<BoardSeries[]> {
  const found = await reader.range({ ...query, over: '5m' }, range)
  const now = await look.askOver(query, Math.max(nowSeconds, range.stepSeconds))
  const multiplied = (value: number | null | undefined): number | null =>
    value === null || value === undefined ? null : value * times
  // what adds up to nothing happened nothing of; a share or a quantile of nothing is not known
  const nothing = query.per || query.measure === 'quantile' ? null : 0
  return found
    .map(({ labels, values }) => ({
      name: name ?? (Object.values(labels).filter(Boolean).join(' · ') || 'all'),
      values: values.map((value, step) => multiplied(value ?? (isSampled[step] === true ? nothing : null))),
      now: multiplied(
        now.find(group => JSON.stringify(group.labels) === JSON.stringify(labels))?.value ?? nothing,
      ),
    }))
    .filter(({ values }) => values.some(value => value !== null && value !== 0) || query.by === undefined)
    .toSorted((left, right) => sumOf(right) - sumOf(left))
}

function sumOf({ values }: BoardSeries): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

/** Of one service where the metric tells services apart. */
function narrow(line: PanelLine, reader: SeriesReader, service: string | undefined): PanelLine {
  if (service === undefined) return line
  const part = <Part extends Pick<MetricQuery, 'metric' | 'where'>>(query: Part): Part =>
    reader.describe(query.metric)?.labels.includes('service')
      ? { ...query, where: { ...query.where, service } }
      : query
  const { per } = line.query
  return { ...line, query: { ...part(line.query), ...(per && { per: part(per) }) } }
}
