/** Vectors and hashes, kept in a tenth of the room that JSON takes. */

export function packFloats(rows: readonly Float32Array[]): string {
  const dimensions = rows[0]?.length ?? 0
  const all = new Float32Array(rows.length * dimensions)
  for (const [index, row] of rows.entries()) all.set(row, index * dimensions)
  return Buffer.from(all.buffer).toString('base64')
}

export function unpackFloats(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Float32Array(bytes.buffer)
}

export function packHashes(hashes: Iterable<number>): string {
  return Buffer.from(Uint32Array.from(hashes).sort().buffer).toString('base64')
}

export function unpackHashes(text: string): Set<number> {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Set(new Uint32Array(bytes.buffer))
}
