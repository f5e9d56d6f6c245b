/** Milliseconds with the unit a reader would pick: `0.4 ms`, `412 ms`, `1.24 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${trim(ms, 1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return formatUptime(seconds)
}

/** A duration on an axis, where `1.40 s` is `1.4 s`. */
export function formatDurationTick(ms: number): string {
  return formatDuration(ms).replace(
    /(\.\d*?)0+ s$/,
    (_, digits: string) => `${digits === '.' ? '' : digits} s`,
  )
}

/** `3 d 4 h`, `4 h 12 min`, `12 min`, `40 s`: the two largest units. */
export function formatUptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor((seconds % 86_400) / 3_600)
  const minutes = Math.floor((seconds % 3_600) / 60)
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  if (minutes > 0) return `${minutes} min`
  return `${Math.floor(seconds)} s`
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}
