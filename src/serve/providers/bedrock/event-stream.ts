import { crc32 } from 'node:zlib'

/** Lengths of message and headers, and a checksum over both: 4 bytes each. */
const preludeBytes = 12
const checksumBytes = 4
/** Bedrock's frames hold a few kilobytes; a length beyond this is an error, not a reason to wait. */
const maxFrameBytes = 16 * 1024 * 1024

export interface Frame {
  /** The headers that are texts; Bedrock has no others. */
  readonly headers: ReadonlyMap<string, string>
  /** Valid until the next `feed`. */
  readonly payload: Uint8Array
}

/** What makes a frame no frame; everything after it is lost, since only lengths say where one begins. */
export class CorruptFrame extends Error {
  override readonly name = 'CorruptFrame'
}

/**
 * Finds the messages in the bytes of an `application/vnd.amazon.eventstream`, however they are cut. Both checksums are
 * verified, that of the prelude before anything is waited for.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export class EventStreamDecoder {
  /** What was fed last, or room of our own for a frame that came in pieces. */
  #room: Uint8Array = new Uint8Array(0)
  #isOwnRoom = false
  #start = 0
  #end = 0
  #isPreludeChecked = false

  feed(bytes: Uint8Array): void {
    const held = this.#end - this.#start
    if (held === 0) {
      this.#room = bytes
      this.#isOwnRoom = false
      this.#start = 0
      this.#end = bytes.length
      return
    }
    if (!this.#isOwnRoom || this.#end + bytes.length > this.#room.length) {
      const room = new Uint8Array(Math.max(4096, 2 * (held + bytes.length)))
      room.set(this.#room.subarray(this.#start, this.#end))
      this.#room = room
      this.#isOwnRoom = true
      this.#start = 0
      this.#end = held
    }
    this.#room.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** Whether bytes follow the last whole frame. */
  get hasRemainder(): boolean {
    return this.#end > this.#start
  }

  /** The next whole frame, or `undefined` where there is none yet. Throws `CorruptFrame`. */
  next(): Frame | undefined {
    const held = this.#end - this.#start
    if (held < preludeBytes) return undefined
    const view = new DataView(this.#room.buffer, this.#room.byteOffset + this.#start, held)
    const length = view.getUint32(0)
    const headersLength = view.getUint32(4)
    if (!this.#isPreludeChecked) {
      this.#checkPrelude(length, headersLength, view.getUint32(8))
      this.#isPreludeChecked = true
    }
    if (held < length) return undefined
    const frame = this.#room.subarray(this.#start, this.#start + length)
    if (crc32(frame.subarray(0, length - checksumBytes)) !== view.getUint32(length - checksumBytes)) {
      throw new CorruptFrame('the checksum of a message does not match')
    }
    this.#start += length
    this.#isPreludeChecked = false
    const payloadStart = preludeBytes + headersLength
    return {
      headers: readHeaders(frame.subarray(preludeBytes, payloadStart)),
      payload: frame.subarray(payloadStart, length - checksumBytes),
    }
  }

  #checkPrelude(length: number, headersLength: number, checksum: number): void {
    if (crc32(this.#room.subarray(this.#start, this.#start + 8)) !== checksum) {
      throw new CorruptFrame('the checksum of a prelude does not match')
    }
    if (length > maxFrameBytes) throw new CorruptFrame(`a message claims ${length} bytes`)
    if (length < preludeBytes + headersLength + checksumBytes) {
      throw new CorruptFrame('a message claims to be shorter than its headers')
    }
  }
}

/** How many bytes a value has after its type, by the number of the type; texts and byte strings tell their length. */
const fixedBytes: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }
const byteString = 6
const text = 7
const decoder = new TextDecoder()

function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new CorruptFrame('a header runs past its section')
    at += count
    return bytes.subarray(at - count, at)
  }
  while (at < bytes.length) {
    const name = decoder.decode(take(take(1)[0] ?? 0))
    const type = take(1)[0] ?? 0
    if (type === text || type === byteString) {
      take(2)
      const value = take(view.getUint16(at - 2))
      if (type === text) headers.set(name, decoder.decode(value))
      continue
    }
    const count = fixedBytes[type]
    if (count === undefined) throw new CorruptFrame(`a header has the unknown type ${type}`)
    take(count)
  }
  return headers
}
