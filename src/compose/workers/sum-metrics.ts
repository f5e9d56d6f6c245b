import { AggregatorRegistry } from 'prom-client'

/** What `getMetricsAsJSON` gives of one metric, as it comes over the channel. */
interface Counted {
  readonly name: string
  readonly type: string
  readonly values: readonly Value[]
}

interface Value {
  /** Of a part of a histogram: `<name>_bucket`, `_sum` or `_count`. */
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/**
 * One scrape for all processes. What a process has counted is kept when it dies, as of its last scrape: a sum that fell
 * would look to Prometheus as if everything had begun anew, and count all of it twice.
 */
export function createMetricsSum() {
  const latest = new Map<string, readonly Counted[]>()
  let departed: readonly Counted[] = []

  function join(answers: ReadonlyMap<string, unknown>) {
    for (const [worker, metrics] of answers) latest.set(worker, metrics as Counted[])
    return AggregatorRegistry.aggregate([...latest.values(), departed])
  }

  return {
    /** `answers` are the metrics of each process that answered; others stand as they last were. */
    async text(answers: ReadonlyMap<string, unknown>): Promise<string> {
      return await join(answers).metrics()
    },
    /** The same as numbers, for those who go on counting with them. */
    async counted(answers: ReadonlyMap<string, unknown>): Promise<readonly Counted[]> {
      return (await join(answers).getMetricsAsJSON()) as unknown as Counted[]
    },
    /** This process is gone, and its next life counts from 0. */
    forget(worker: string): void {
      const counters = latest.get(worker)?.filter(({ type }) => type !== 'gauge') ?? []
      latest.delete(worker)
      departed = merge([...departed, ...counters])
    },
  }
}

function merge(metrics: readonly Counted[]): Counted[] {
  return [...Map.groupBy(metrics, ({ name }) => name).values()].flatMap(([first, ...others]) => {
    if (!first) return []
    const sums = new Map<string, Value>()
    for (const value of [first, ...others].flatMap(({ values }) => values)) {
      const names = Object.keys(value.labels).toSorted()
      const key = JSON.stringify([value.metricName, names, names.map(name => value.labels[name])])
      sums.set(key, { ...value, value: value.value + (sums.get(key)?.value ?? 0) })
    }
    return [{ ...first, values: [...sums.values()] }]
  })
}
