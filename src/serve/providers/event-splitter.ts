const lineFeed = 10
const carriageReturn = 13
const colon = 58
const space = 32
const decoder = new TextDecoder()

/** Larger events are refused, so that an upstream that never ends a line cannot fill the memory. */
export const maxEventBytes = 8 * 1024 * 1024

/**
 * Finds the events in the bytes of a server-sent event stream (WHATWG HTML, section 9.2), whatever the chunking:
 * LF, CRLF and CR, a byte order mark, comments, `data:` with and without a space, several data lines.
 * Nothing is decoded and, where a chunk holds whole events, nothing is copied.
 *
 *     splitter.feed(chunk)
 *     while (splitter.next()) forward(splitter.bytes.subarray(splitter.start, splitter.end))
 */
export class EventSplitter {
  /** The offsets below point into this; valid until the next `feed`, and never written over after it. */
  bytes: Uint8Array<ArrayBufferLike> = new Uint8Array(0)
  /** The raw event, with the blank line that ends it. */
  start = 0
  end = 0
  /** The first data line; `dataStart` is -1 where the event has none (a comment, a lone `event:`). */
  dataStart = -1
  dataEnd = -1
  isMultiline = false

  /** Room of our own for an event that came in pieces; `bytes` is then a view of its filled part. */
  #room: Uint8Array | undefined
  #eventStart = 0
  #lineStart = 0
  #isFirstLine = true
  /** Where the next carriage return is; -1 for not yet looked for. */
  #nextReturn = -1
  #firstStart = -1
  #firstEnd = -1
  #furtherLines: number[] = []
  #nameStart = -1
  #nameEnd = -1
  /** The offset up to which the unfinished line holds no line end, so that no byte is looked at twice. */
  #scanned = 0
  #currentName: readonly [number, number] | undefined
  #currentFurther: readonly number[] = []

  feed(chunk: Uint8Array): void {
    this.#nextReturn = -1
    const filled = this.bytes.length
    const rest = filled - this.#eventStart
    if (rest === 0) {
      this.bytes = chunk
      this.#room = undefined
      this.#eventStart = this.#lineStart = this.#scanned = 0
      return
    }
    if (!this.#room || filled + chunk.length > this.#room.length) {
      this.#moveToOwnRoom(rest + chunk.length)
      this.#room?.set(chunk, rest)
      this.bytes = this.bytes.subarray(0, rest + chunk.length)
    } else {
      this.#room.set(chunk, filled)
      this.bytes = this.#room.subarray(0, filled + chunk.length)
    }
  }

  /** Moves on to the next complete event; false where there is none yet. Throws `RangeError` past the limit. */
  next(): boolean {
    for (;;) {
      const lineEnd = this.#findLineEnd()
      if (lineEnd < 0) {
        if (this.bytes.length - this.#eventStart > maxEventBytes) {
          throw new RangeError(`An event of the stream is larger than ${maxEventBytes} bytes.`)
        }
        return false
      }
      let nextLine = lineEnd + 1
      if (this.bytes[lineEnd] === carriageReturn && this.bytes[nextLine] === lineFeed) nextLine += 1
      let lineStart = this.#lineStart
      if (this.#isFirstLine) lineStart = this.#skipByteOrderMark(lineStart)
      this.#lineStart = this.#scanned = nextLine
      if (lineEnd > lineStart) this.#readLine(lineStart, lineEnd)
      else {
        this.#finishEvent(nextLine)
        return true
      }
    }
  }

  /** Whether bytes follow the last complete event: one that the upstream has not ended with a blank line. */
  get hasRemainder(): boolean {
    return this.bytes.length > this.#eventStart
  }

  /** The data of the current event as text, its lines joined. */
  get data(): string {
    const first = decoder.decode(this.bytes.subarray(this.dataStart, this.dataEnd))
    if (!this.isMultiline) return first
    const lines = [first]
    const further = this.#currentFurther
    for (let i = 0; i + 1 < further.length; i += 2) {
      lines.push(decoder.decode(this.bytes.subarray(further[i], further[i + 1])))
    }
    return lines.join('\n')
  }

  get isNamed(): boolean {
    return this.#currentName !== undefined
  }

  /** The name that the current event gave itself, if any. */
  get name(): string | undefined {
    return this.#currentName && decoder.decode(this.bytes.subarray(...this.#currentName))
  }

  #finishEvent(end: number): void {
    this.start = this.#eventStart
    this.end = end
    this.dataStart = this.#firstStart
    this.dataEnd = this.#firstEnd
    this.isMultiline = this.#furtherLines.length > 0
    this.#currentFurther = this.#furtherLines
    this.#currentName = this.#nameStart < 0 ? undefined : [this.#nameStart, this.#nameEnd]
    this.#eventStart = end
    this.#firstStart = this.#firstEnd = this.#nameStart = this.#nameEnd = -1
    if (this.isMultiline) this.#furtherLines = []
  }

  #readLine(lineStart: number, lineEnd: number): void {
    const { bytes } = this
    // `data`, then a colon or nothing
    if (
      bytes[lineStart] === 100 &&
      bytes[lineStart + 1] === 97 &&
      bytes[lineStart + 2] === 116 &&
      bytes[lineStart + 3] === 97
    ) {
      const valueStart = this.#valueStart(lineStart + 4, lineEnd)
      if (valueStart < 0) return
      if (this.#firstStart < 0) {
        this.#firstStart = valueStart
        this.#firstEnd = lineEnd
      } else this.#furtherLines.push(valueStart, lineEnd)
    } else if (
      // `event`
      bytes[lineStart] === 101 &&
      bytes[lineStart + 1] === 118 &&
      bytes[lineStart + 2] === 101 &&
      bytes[lineStart + 3] === 110 &&
      bytes[lineStart + 4] === 116
    ) {
      const valueStart = this.#valueStart(lineStart + 5, lineEnd)
      if (valueStart < 0) return
      this.#nameStart = valueStart
      this.#nameEnd = lineEnd
    }
  }

  /** Where the value begins, given where the name of the field ends; -1 where the name goes on. */
  #valueStart(nameEnd: number, lineEnd: number): number {
    if (nameEnd === lineEnd) return lineEnd
    if (this.bytes[nameEnd] !== colon) return -1
    return this.bytes[nameEnd + 1] === space && nameEnd + 1 < lineEnd ? nameEnd + 2 : nameEnd + 1
  }

  /** The offset of the next line end, or -1. A CR at the very end waits for the LF that may follow. */
  #findLineEnd(): number {
    const { bytes } = this
    const feed = bytes.indexOf(lineFeed, this.#scanned)
    if (this.#nextReturn < this.#scanned) {
      const found = bytes.indexOf(carriageReturn, this.#scanned)
      this.#nextReturn = found < 0 ? Number.MAX_SAFE_INTEGER : found
    }
    if (this.#nextReturn < (feed < 0 ? Number.MAX_SAFE_INTEGER : feed)) {
      if (this.#nextReturn + 1 < bytes.length) return this.#nextReturn
      this.#scanned = this.#nextReturn
      return -1
    }
    if (feed < 0) this.#scanned = bytes.length
    return feed
  }

  #skipByteOrderMark(lineStart: number): number {
    this.#isFirstLine = false
    const { bytes } = this
    const isMark = bytes[lineStart] === 0xef && bytes[lineStart + 1] === 0xbb && bytes[lineStart + 2] === 0xbf
    if (!isMark) return lineStart
    this.#eventStart = lineStart + 3
    return lineStart + 3
  }

  #moveToOwnRoom(needed: number): void {
    const room = new Uint8Array(Math.max(4096, needed * 2))
    const moved = this.#eventStart
    room.set(this.bytes.subarray(moved))
    this.#room = room
    this.bytes = room
    this.#eventStart = 0
    this.#lineStart -= moved
    this.#scanned -= moved
    if (this.#firstStart >= 0) {
      this.#firstStart -= moved
      this.#firstEnd -= moved
    }
    if (this.#nameStart >= 0) {
      this.#nameStart -= moved
      this.#nameEnd -= moved
    }
    for (let i = 0; i < this.#furtherLines.length; i += 1) {
      this.#furtherLines[i] = (this.#furtherLines[i] ?? 0) - moved
    }
  }
}
