import { describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { chunkSizes, findCut } from './chunker.ts'

/** Bytes that look random and are the same in every run. */
function noise(seed: string, length: number): Buffer {
  const pieces: Buffer[] = []
  for (let made = 0, block = 0; made < length; made += 32, block += 1)
    pieces.push(createHash('sha256').update(`${seed} ${block}`).digest())
  return Buffer.concat(pieces).subarray(0, length)
}

function chunksOf(bytes: Uint8Array): string[] {
  const names: string[] = []
  for (let at = 0; at < bytes.length;) {
    const end = findCut(bytes, at, bytes.length)
    names.push(createHash('sha256').update(bytes.subarray(at, end)).digest('hex'))
    at = end
  }
  return names
}

function sizesOf(bytes: Uint8Array): number[] {
  const sizes: number[] = []
  for (let at = 0; at < bytes.length;) {
    const end = findCut(bytes, at, bytes.length)
    sizes.push(end - at)
    at = end
  }
  return sizes
}

describe('findCut', () => {
  const content = noise('content', 8 * 1024 * 1024)

  it('keeps every chunk but the last within its bounds, and near the usual size', () => {
    const sizes = sizesOf(content)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(content.length)
    for (const size of sizes.slice(0, -1)) {
      expect(size).toBeGreaterThan(chunkSizes.least)
      expect(size).toBeLessThanOrEqual(chunkSizes.most)
    }
    const mean = content.length / sizes.length
    expect(mean).toBeGreaterThan(chunkSizes.usual * 0.8)
    expect(mean).toBeLessThan(chunkSizes.usual * 1.6)
  })

  it('cuts the same content at the same places wherever it lies', () => {
    const moved = Buffer.concat([noise('before', 1_000), content])
    expect(findCut(moved, 1_000, moved.length) - 1_000).toBe(findCut(content, 0, content.length))
  })

  it('never looks beyond the longest chunk, so that a window of it is enough', () => {
    for (let at = 0; at < content.length;) {
      const end = findCut(content, at, content.length)
      const window = content.subarray(at, Math.min(content.length, at + chunkSizes.most))
      expect(findCut(window, 0, window.length)).toBe(end - at)
      at = end
    }
  })

  it.each([0, 1, 12_345, 4_000_001, 8 * 1024 * 1024 - 1])(
    'changes a few chunks alone where bytes are put in at %i',
    place => {
      const before = new Set(chunksOf(content))
      const changed = Buffer.concat([
        content.subarray(0, place),
        noise('put in', 777),
        content.subarray(place),
      ])
      const fresh = chunksOf(changed).filter(name => !before.has(name))
      expect(fresh.length).toBeGreaterThan(0)
      expect(fresh.length).toBeLessThanOrEqual(4)
    },
  )

  it('changes a few chunks alone where bytes are taken out or overwritten', () => {
    const before = new Set(chunksOf(content))
    const cut = Buffer.concat([content.subarray(0, 3_000_000), content.subarray(3_000_500)])
    expect(chunksOf(cut).filter(name => !before.has(name)).length).toBeLessThanOrEqual(4)
    const overwritten = Buffer.from(content)
    overwritten.fill(7, 5_000_000, 5_000_100)
    expect(chunksOf(overwritten).filter(name => !before.has(name)).length).toBeLessThanOrEqual(4)
  })

  it('cuts where nothing differs at the longest size', () => {
    expect(new Set(sizesOf(Buffer.alloc(4 * chunkSizes.most)))).toEqual(new Set([chunkSizes.most]))
  })

  it('finds the cuts that it has always found', () => {
    const sizes = sizesOf(noise('for ever', 1_000_000))
    expect(createHash('sha256').update(JSON.stringify(sizes)).digest('hex').slice(0, 16)).toBe(
      '14cb1b260c2fff0f',
    )
  })
})
