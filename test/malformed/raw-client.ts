import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** 0 where the connection closed without one. */
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  /** Whether the body came whole, as its head says. */
  readonly isWhole: boolean
}

/** A client that sends bytes as they are, over one connection for as long as that stays open. */
export class RawClient {
  readonly #port: number
  #socket: Socket | undefined

  constructor(port: number) {
    this.#port = port
  }

  /**
   * Sends bytes and reads the answer. With `isLast` our half is closed after them, as who has nothing more to say does.
   * Throws where nothing ends within the limit.
   */
  async send(
    bytes: Buffer,
    options: { readonly isLast: boolean; readonly isHead: boolean; readonly limitMs: number },
  ): Promise<RawAnswer> {
    const socket = this.#socket ?? connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true })
    this.#socket = socket
    const received: Buffer[] = []
    const answer = await new Promise<RawAnswer | 'late'>(resolve => {
      const timer = setTimeout(() => finish('late'), options.limitMs)
      const finish = (result: RawAnswer | 'late'): void => {
        clearTimeout(timer)
        socket.removeAllListeners()
        socket.on('error', () => undefined)
        resolve(result)
      }
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk)
        const read = readAnswer(Buffer.concat(received), options.isHead)
        if (read?.isWhole) finish(read)
      })
      const ended = (): void => {
        const read = readAnswer(Buffer.concat(received), options.isHead)
        finish(read ?? { status: 0, headers: new Map(), body: Buffer.concat(received), isWhole: false })
      }
      socket.once('end', ended)
      socket.once('close', ended)
      socket.once('error', ended)
      if (options.isLast) socket.end(bytes)
      else socket.write(bytes)
    })
    if (answer === 'late') {
      this.close()
      throw new Error(
        `no end of the answer within ${options.limitMs} ms; so far: ${Buffer.concat(received).toString('latin1').slice(0, 300)}`,
      )
    }
    if (options.isLast || !answer.isWhole || socket.destroyed || answer.headers.get('connection') === 'close')
      this.close()
    return answer
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }
}

/** `undefined` while the head is not whole; `isWhole` is false where the body is not, or ends with the connection. */
function readAnswer(bytes: Buffer, isHead: boolean): RawAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [first = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0)
  if (status === 100) return readAnswer(bytes.subarray(headEnd + 4), isHead)
  const headers = new Map(
    lines.map(line => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const rest = bytes.subarray(headEnd + 4)
  if (isHead || status === 204 || status === 304)
    return { status, headers, body: Buffer.alloc(0), isWhole: true }
  if (headers.get('transfer-encoding') === 'chunked') return { status, headers, ...readChunks(rest) }
  const length = headers.get('content-length')
  if (length === undefined) return { status, headers, body: rest, isWhole: false }
  return { status, headers, body: rest.subarray(0, Number(length)), isWhole: rest.length >= Number(length) }
}

function readChunks(bytes: Buffer): { body: Buffer; isWhole: boolean } {
  const pieces: Buffer[] = []
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return { body: Buffer.concat(pieces), isWhole: false }
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    if (size === 0) return { body: Buffer.concat(pieces), isWhole: bytes.length >= lineEnd + 4 }
    if (bytes.length < lineEnd + 2 + size + 2) return { body: Buffer.concat(pieces), isWhole: false }
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
