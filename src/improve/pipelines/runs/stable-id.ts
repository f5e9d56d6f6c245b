import { createHash } from 'node:crypto'

/** A UUID made of the run, the stage and the purpose (RFC 9562, version 8). */
export function stableId(runId: string, stage: string, purpose: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([runId, stage, purpose]))
    .digest()
    .subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
