/** A dozen of the largest images as text; no answer in words comes near. */
const mostBytes = 256 * 1024 * 1024

/**
 * The whole body. Throws `RangeError` where it is larger than the limit, as soon as that is known: an upstream that never
 * ends, or a small body that unpacks to a large one, must not fill the memory.
 */
export async function readWhole(
  response: Response,
  limitBytes: number = mostBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.body) return new Uint8Array(0)
  const reader = response.body.getReader()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for (let length = 0; ;) {
    const { done, value } = await reader.read()
    if (done) return pieces.length === 1 && pieces[0] ? pieces[0] : joined(pieces, length)
    length += value.byteLength
    if (length > limitBytes) {
      await reader.cancel()
      throw new RangeError(`more than ${limitBytes} bytes`)
    }
    pieces.push(value)
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}
