import { none } from '../../format/number.ts'
import { formatMetric } from './format-metric.ts'

interface Compared {
  readonly metrics: Readonly<Record<string, number>>
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[]
}

/** Metrics of either beside each other, and the files that are not the same in both, by path. */
export function compareVersions(
  before: Compared,
  after: Compared,
): {
  readonly metrics: readonly {
    readonly name: string
    readonly left: string
    readonly right: string
    readonly change: string | undefined
  }[]
  readonly files: readonly { readonly path: string; readonly what: string; readonly bytes: number }[]
} {
  const names = new Set([...Object.keys(before.metrics), ...Object.keys(after.metrics)])
  const metrics = [...names].toSorted().map(name => {
    const [left, right] = [before.metrics[name], after.metrics[name]]
    const change = left === undefined || right === undefined || left === right ? undefined : right - left
    return {
      name,
      left: left === undefined ? none : formatMetric(left),
      right: right === undefined ? none : formatMetric(right),
      change: change === undefined ? undefined : `${change < 0 ? '−' : '+'}${formatMetric(Math.abs(change))}`,
    }
  })
  const old = new Map(before.files.map(file => [file.path, file]))
  const fresh = new Map(after.files.map(file => [file.path, file]))
  const files = [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap(path => {
    const [left, right] = [old.get(path), fresh.get(path)]
    if (left?.sha256 === right?.sha256) return []
    const what = left === undefined ? 'new' : right === undefined ? 'gone' : 'changed'
    return [{ path, what, bytes: (right ?? left)?.bytes ?? 0 }]
  })
  return { metrics, files }
}
