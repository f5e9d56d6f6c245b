import { createHash } from 'node:crypto'

/**
 * Where content is cut into chunks, by what it holds: an insertion moves the cuts near it and no others.
 *
 * FastCDC: a rolling Gear hash, cut points below the minimum skipped, and normalised chunking with two masks, so that sizes lie
 * near the average (Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX
 * ATC 2016, Algorithm 1). The hash has 32 bits and its masks are the uppermost bits, which depend on the last 32 bytes, or on
 * the last 18 and more of them.
 */
export const chunkSizes = { least: 16 * 1024, usual: 64 * 1024, most: 256 * 1024 } as const

/** Normalisation of level 2: two bits more than log2 of the usual size before it, two fewer behind it. */
const strictMask = 0xff_ff_c0_00 | 0
const looseMask = 0xff_fc_00_00 | 0

/** One number for each value of a byte. They are part of the format: other numbers are other cuts, and nothing is found again. */
const gear = Int32Array.from({ length: 256 }, (_, value) =>
  createHash('sha256').update(`slipway gear ${value}`).digest().readInt32LE(0),
)

/**
 * The end of the chunk that begins at `from`. Where fewer than `chunkSizes.most` bytes follow in `bytes`, they have to be all that
 * the content has left.
 */
export function findCut(bytes: Uint8Array, from: number, to: number): number {
  const end = Math.min(to, from + chunkSizes.most)
  if (end - from <= chunkSizes.least) return end
  const middle = Math.min(end, from + chunkSizes.usual)
  let hash = 0
  let at = from + chunkSizes.least
  for (; at < middle; at += 1) {
    hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0
    if ((hash & strictMask) === 0) return at + 1
  }
  for (; at < end; at += 1) {
    hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0
    if ((hash & looseMask) === 0) return at + 1
  }
  return end
}
