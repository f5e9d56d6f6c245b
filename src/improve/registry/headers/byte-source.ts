/** Takes the beginning of a stream apart, without ever holding more than was asked for. */
export class ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #left: Uint8Array = new Uint8Array()
  #taken = 0

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader()
  }

  /** How much has been taken or skipped. */
  get position(): number {
    return this.#taken
  }

  /** Exactly that many bytes. Throws a `RangeError` where the stream ends before. */
  async take(count: number): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for (let wanted = count; wanted > 0;) {
      if (this.#left.byteLength === 0) await this.#more()
      const piece = this.#left.subarray(0, wanted)
      this.#left = this.#left.subarray(piece.byteLength)
      pieces.push(piece)
      wanted -= piece.byteLength
    }
    this.#taken += count
    return Buffer.concat(pieces)
  }

  async skip(count: number): Promise<void> {
    for (let wanted = count; wanted > 0;) {
      if (this.#left.byteLength === 0) await this.#more()
      const passed = Math.min(wanted, this.#left.byteLength)
      this.#left = this.#left.subarray(passed)
      wanted -= passed
    }
    this.#taken += count
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined)
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#reader.read()
    if (done) throw new RangeError('The file ends within its header.')
    this.#left = value
  }
}
