export interface Sample {
  readonly second: number
  readonly megabytes: number
}

export interface MemoryReport {
  readonly seconds: number
  readonly firstMegabytes: number
  readonly mostMegabytes: number
  readonly lastMegabytes: number
  /** Least-squares slope of resident memory after the first 30 s: the lease of a killed process is waited for, then it warms up. */
  readonly megabytesPerMinute: number | null
  /** One in ten. */
  readonly samples: readonly number[]
}

const warmUpSeconds = 30

export function reportMemory(samples: readonly Sample[]): MemoryReport {
  const megabytes = samples.map(sample => Math.round(sample.megabytes))
  return {
    seconds: Math.round(samples.at(-1)?.second ?? 0),
    firstMegabytes: megabytes[0] ?? 0,
    mostMegabytes: Math.max(0, ...megabytes),
    lastMegabytes: megabytes.at(-1) ?? 0,
    megabytesPerMinute: slope(samples.filter(({ second }) => second >= warmUpSeconds)),
    samples: megabytes.filter((_, index) => index % 10 === 0),
  }
}

function slope(samples: readonly Sample[]): number | null {
  if (samples.length < 20) return null
  const meanX = samples.reduce((sum, { second }) => sum + second, 0) / samples.length
  const meanY = samples.reduce((sum, { megabytes }) => sum + megabytes, 0) / samples.length
  const covariance = samples.reduce(
    (sum, { second, megabytes }) => sum + (second - meanX) * (megabytes - meanY),
    0,
  )
  const variance = samples.reduce((sum, { second }) => sum + (second - meanX) ** 2, 0)
  return Math.round((covariance / variance) * 60 * 100) / 100
}
