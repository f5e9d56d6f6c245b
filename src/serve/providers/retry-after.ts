/**
 * How long an upstream asks us to wait, in seconds and parts of them: `retry-after-ms` (OpenAI, Azure), or `retry-after` in seconds or
 * as an HTTP date (RFC 9110, section 10.2.3). `undefined` where it says nothing sensible.
 */
export function retryAfterSeconds(headers: Headers, nowMs: number): number | undefined {
  const milliseconds = headers.get('retry-after-ms')
  if (milliseconds !== null && milliseconds.trim() !== '' && Number(milliseconds) >= 0) {
    return Number(milliseconds) / 1000
  }
  const given = headers.get('retry-after')?.trim()
  if (!given) return undefined
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given)
  const at = Date.parse(given)
  return Number.isNaN(at) ? undefined : Math.max(0, (at - nowMs) / 1000)
}
