const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const timeWithSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const exact = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  timeZoneName: 'short',
})

/** `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; ahead of now `in 5 min`. */
export function formatRelative(thenMs: number, nowMs: number): string {
  const aheadMs = thenMs - nowMs
  // Clocks differ a little: what has just happened must not lie in the future.
  if (aheadMs > -1_000 && aheadMs < 3_000) return 'now'
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  const text = coarse(seconds)
  return thenMs > nowMs ? `in ${text}` : `${text} ago`
}

function coarse(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** To the millisecond, with the zone: what a tooltip says. */
export function formatExact(iso: string): string {
  return exact.format(new Date(iso))
}

/** What a `datetime-local` input takes: local time without a zone. */
export function toLocalInput(ms: number): string {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** The label of a point on a time axis, as fine as the buckets ask for. */
export function formatTick(iso: string, bucketSeconds: number): string {
  const date = new Date(iso)
  if (bucketSeconds < 60) return timeWithSeconds.format(date)
  if (bucketSeconds < 3_600) return time.format(date)
  return bucketSeconds < 86_400 ? `${day.format(date)} ${time.format(date)}` : day.format(date)
}
