import type { DriftColumnReport, DriftReport } from '../report.ts'
import { figure } from './describe-bin.ts'

/** Of current rows, for their mean to be said rather than an estimate. */
const leastLabelled = 50

/** What has changed, in plain words; nothing that the figures do not bear. */
export function sayChange({
  rows,
  columns,
  classifier,
  slices,
  quality,
}: Pick<DriftReport, 'rows' | 'columns' | 'classifier' | 'slices' | 'quality'>): string {
  const much = columns.filter(({ moved }) => moved === 'much')
  const little = columns.filter(({ moved }) => moved === 'little')
  const said: string[] = []
  if (rows.reference.read === 0 || rows.current.read === 0)
    return `There are no rows in ${rows.reference.read === 0 ? rows.reference.of : rows.current.of}, so nothing can be compared.`
  if (much.length === 0 && little.length === 0)
    said.push(`None of ${columns.length} columns has changed by more than chance would change it`)
  else if (much.length === 0)
    said.push(
      `No column has changed much; ${listOf(little.slice(0, 3).map(({ name }) => `\`${name}\``))} a little`,
    )
  else
    said.push(
      `${much.length} of ${columns.length} columns ${much.length === 1 ? 'has' : 'have'} changed much: ${listOf(much.slice(0, 3).map(describe))}`,
    )
  const [pair] = slices.pairs
  const [single] = slices.singles
  const slice =
    pair && single && Math.abs(pair.change.estimate) > Math.abs(single.change.estimate) / 2 ? pair : single
  if (slice)
    said.push(
      `the group that moved most is ${slice.conditions.map(({ column, value }) => `${column} ${value}`).join(' and ')}, from ${percent(slice.reference.share)} of the rows to ${percent(slice.current.share)}`,
    )
  // what is new says more than what is missing for it
  const words = (slices.words ?? [])
    .toSorted((a, b) => Number(a.change.estimate < 0) - Number(b.change.estimate < 0))
    .slice(0, 3)
  if (words.length > 0)
    said.push(
      listOf(
        words.map(
          ({ conditions: [word], reference, current }) =>
            `\`${word?.column}\` ${word?.value} in ${percent(current.share)} after ${percent(reference.share)}`,
        ),
      ),
    )
  if (classifier)
    said.push(
      classifier.p < 0.05
        ? `a model tells the two apart with an AUC of ${classifier.auc.toFixed(2)} (p ${sayP(classifier.p)})`
        : `no model tells the two apart (p ${sayP(classifier.p)})`,
    )
  const labelled = quality?.labelled.current
  if (quality && labelled && labelled.count >= leastLabelled)
    said.push(
      `\`${quality.label}\` is ${figure(labelled.estimate)} (${figure(labelled.low)} to ${figure(labelled.high)}) where it is known, after ${figure(quality.labelled.reference?.estimate ?? Number.NaN)}`,
    )
  else if (quality?.estimated)
    said.push(
      quality.is_trusted
        ? `\`${quality.label}\` is estimated at ${figure(quality.estimated.estimate)} (${figure(quality.estimated.low)} to ${figure(quality.estimated.high)}), where the reference has ${figure(quality.labelled.reference?.estimate ?? Number.NaN)}`
        : `what \`${quality.label}\` would be cannot be estimated: ${quality.reasons.join(', and ')}`,
    )
  const text = said.join('; ')
  return `${text}.`
}

function describe({ name, kind, unit, values, bins }: DriftColumnReport): string {
  const of = unit === null ? '' : ` ${unit}`
  if (kind === 'number') {
    const { reference: before, current: now } = values
    const told = (
      [
        ['median', before.p50, now.p50],
        ['90th percentile', before.p90, now.p90],
        ['mean', before.mean, now.mean],
      ] as const
    ).find(([, one, other]) => one !== null && other !== null && one !== other)
    return told
      ? `\`${name}\` (its ${told[0]} from ${figure(told[1] ?? 0)} to ${figure(told[2] ?? 0)}${of})`
      : `\`${name}\``
  }
  const [most] = bins.toSorted(
    (a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference),
  )
  return most
    ? `\`${name}\` (${most.label} from ${percent(most.reference)} to ${percent(most.current)})`
    : `\`${name}\``
}

const sayP = (p: number): string => (p <= 0.001 ? '≤ 0.001' : p.toFixed(p < 0.01 ? 3 : 2))

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.01 && share > 0 ? 2 : 0)} %`
}

function listOf(texts: readonly string[]): string {
  const [last] = texts.slice(-1)
  return texts.length < 2 ? (last ?? '') : `${texts.slice(0, -1).join(', ')} and ${last}`
}
