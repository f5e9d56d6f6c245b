import { createHmac, randomBytes } from 'node:crypto'
import type { Check, Finding, Scan } from '../check.ts'

const usualMost = 5_000
const usualMs = 10 * 60_000

/** Dies with the process: what is remembered names no text that anybody could try out. */
const secret = randomBytes(32)

/**
 * A check that does not ask a model again about a text that it has just told of: every turn of a conversation brings all turns
 * before it. Only for checks that go by nothing but the text; memory of one process, for ten minutes. What failed is asked again.
 */
export function remembered(
  check: Check,
  {
    isByTextAlone = () => true,
    most = usualMost,
    forMs = usualMs,
    now = Date.now,
  }: {
    readonly isByTextAlone?: (scan: Scan) => boolean
    readonly most?: number
    readonly forMs?: number
    readonly now?: () => number
  } = {},
): Check {
  // a Map gives its oldest entries first
  const known = new Map<string, { readonly findings: readonly Finding[]; readonly until: number }>()
  return {
    async scan(scan, signal) {
      if (!isByTextAlone(scan)) return await check.scan(scan, signal)
      const key = createHmac('sha256', secret).update(`${scan.tenant}\0${scan.text}`).digest('base64')
      const found = known.get(key)
      if (found && found.until > now()) return found.findings
      const findings = await check.scan(scan, signal)
      known.delete(key)
      known.set(key, { findings, until: now() + forMs })
      const [oldest] = known.size > most ? known.keys() : []
      if (oldest !== undefined) known.delete(oldest)
      return findings
    },
  }
}
