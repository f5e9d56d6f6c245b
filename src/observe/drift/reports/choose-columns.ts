import { Failure } from '../../../foundation/platform/index.ts'
import type { ComparedColumn } from '../ports.ts'
import type { Pair } from '../sample.ts'
import { textColumns } from '../traffic/traffic-columns.ts'
import type { DriftRequest } from './drift-request.ts'

/** Those that are named, or all that both have; throws `invalid_request` where one has none of a name. */
export function chooseColumns(
  wanted: Pick<DriftRequest, 'columns' | 'texts' | 'quality'>,
  known: Pair<readonly ComparedColumn[]>,
): ComparedColumn[] {
  const find = (side: keyof Pair<unknown>, name: string): ComparedColumn => {
    const found = known[side].find(column => column.name === name)
    if (found) return found
    throw new Failure(
      'invalid_request',
      `The ${side} has no column \`${name.slice(0, 60)}\`; it has ${known[side].map(column => column.name).join(', ')}.`,
      { details: { parameter: 'columns' } },
    )
  }
  const leftOut = new Set(wanted.texts ? [] : textColumns.map(({ name }) => name))
  const isTraffic = (side: keyof Pair<unknown>): boolean =>
    known[side].some(({ name }) => name === 'latency_ms')
  const chosen: ComparedColumn[] = wanted.columns
    ? wanted.columns.map(asked => {
        const { name, kind, reference, current } =
          typeof asked === 'string'
            ? { name: asked, kind: undefined, reference: undefined, current: undefined }
            : asked
        const [first, second] = [find('reference', reference ?? name), find('current', current ?? name)]
        return {
          name,
          kind: kind ?? kindOf(first, second),
          unit: first.unit ?? second.unit,
          columns: { reference: first.name, current: second.name },
        }
      })
    : known.reference.flatMap(first => {
        const second = known.current.find(({ name }) => name === first.name)
        if (!second || (leftOut.has(first.name) && isTraffic('reference') && isTraffic('current'))) return []
        return [{ ...first, kind: kindOf(first, second) }]
      })
  if (chosen.length === 0)
    throw new Failure(
      'invalid_request',
      `The two have no column in common. The reference has ${known.reference.map(({ name }) => name).join(', ')}; the current rows have ${known.current.map(({ name }) => name).join(', ')}. Name pairs in \`columns\`.`,
      { details: { parameter: 'columns' } },
    )
  for (const name of [wanted.quality?.label, wanted.quality?.judge])
    if (name !== undefined && !chosen.some(column => column.name === name)) {
      find('reference', name)
      chosen.push({ ...find('current', name), kind: 'number' })
    }
  return chosen
}

function kindOf(first: ComparedColumn, second: ComparedColumn): ComparedColumn['kind'] {
  if (first.kind === second.kind) return first.kind
  if (first.kind === 'auto') return second.kind
  return second.kind === 'auto' ? first.kind : 'auto'
}
