/** How often each code stands among `codes`, of which there are so many. */
export function countCodes(codes: Uint8Array | Uint16Array, length: number): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(length)
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] as number
    counts[code] = (counts[code] as number) + 1
  }
  return counts
}
