import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { apiOf } from '../fake-provider/apis.ts'
import { understandBedrock } from '../fake-provider/bedrock.ts'
import type { Dialect } from '../fake-provider/respond.ts'
import { mutateJson, pick, randomBytes, randomFrom, type Random } from './odd-json.ts'

const fixed = { text: 'An answer of a few words.', cachedTokens: 2 }

export interface HostileUpstream {
  readonly url: string
  stop(): Promise<void>
}

/**
 * A server on bare sockets that knows what a good answer would be and sends something else, chosen by the request id
 * (`hostile-SEED`), the same each time.
 */
export async function startHostileUpstream(): Promise<HostileUpstream> {
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let received = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const request = readRequest(received)
      if (!request) return
      received = Buffer.alloc(0)
      misbehave(socket, request).catch(() => socket.destroy())
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

interface Request {
  readonly path: string
  readonly query: string
  readonly seed: number
  readonly text: string
  readonly head: string
}

function readRequest(bytes: Buffer): Request | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = bytes.subarray(0, headEnd).toString('latin1')
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
  if (bytes.length < headEnd + 4 + length) return undefined
  const [path = '', query = ''] = (/^\S+ (\S+)/.exec(head)?.[1] ?? '').split('?')
  const seed = Number(/^x-request-id: hostile-(\d+)/im.exec(head)?.[1] ?? 0)
  return { path, query, seed, head, text: bytes.subarray(headEnd + 4, headEnd + 4 + length).toString('utf8') }
}

function understand(request: Request): { dialect: Dialect; isStream: boolean } | undefined {
  const body: unknown = JSON.parse(request.text)
  if (request.path.startsWith('/model/')) return understandBedrock(request.path, body, fixed)
  return apiOf({ path: request.path, query: request.query, body }).understand(fixed)
}

async function misbehave(socket: Socket, request: Request): Promise<void> {
  const random = randomFrom(request.seed)
  const understood = understand(request)
  if (!understood) return void socket.destroy()
  const { dialect, isStream } = understood
  const type = isStream
    ? (dialect.streamType ?? dialect.type ?? 'text/event-stream')
    : (dialect.type ?? 'application/json')
  const pieces: Buffer[] = isStream
    ? dialect.events.map(event => Buffer.from(event))
    : [Buffer.from(typeof dialect.reply === 'string' ? dialect.reply : JSON.stringify(dialect.reply))]
  const whole = Buffer.concat(pieces)
  const head = (status: string, ...headers: string[]): string =>
    [`HTTP/1.1 ${status}`, ...headers, 'connection: close', '', ''].join('\r\n')
  const good = head('200 OK', `content-type: ${type}`)
  const send = (...parts: (string | Buffer)[]): void =>
    void socket.end(Buffer.concat(parts.map(part => Buffer.from(part))))
  const odd = (event: Buffer): Buffer => oddEvent(event, random)

  const ways: readonly (() => void | Promise<void>)[] = [
    // what is not HTTP
    () => send(randomBytes(random, 400)),
    () => send('HTTP/1.1 abc OK\r\n\r\n'),
    () => void socket.destroy(),
    () => send(good.slice(0, Math.floor(random() * good.length))),
    () => send('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 9\r\n\r\n{}'),
    () => send('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}'),
    () =>
      send(
        `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${whole.length + 100}\r\n\r\n`,
        whole,
      ),
    () =>
      send(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${whole.length >> 1}\r\n\r\n`, whole),
    () => endless(socket, 'HTTP/1.1 200 OK\r\n', () => `x-more-${random()}: ${'h'.repeat(2_000)}\r\n`),
    // what is no answer
    () => send(good, randomBytes(random, 2_000)),
    () => send(good, ''),
    () => send(good, ' \n\n\n'),
    () => send(good, 'data: [DONE]\n\n'),
    () => send(good, ': only\n\n: comments\n\n'),
    () =>
      send(
        good,
        'event: nonsense\ndata: {}\n\n',
        'data: null\n\n',
        'data: 7\n\n',
        'data: []\n\n',
        'data\n\n',
      ),
    () => send(good, whole.subarray(0, Math.floor(random() * whole.length))),
    () => send(good, whole, whole),
    () => send(good, ...[...pieces, ...pieces].sort(() => random() - 0.5)),
    () => send(good, `data: ${'x'.repeat(9_000_000)}`),
    () => endless(socket, good, () => ': still here\n\n'.repeat(100)),
    () => endless(socket, good, () => 'data: {"choices":[]}\n\n'.repeat(50)),
    () =>
      send(
        head(
          '200 OK',
          `content-type: ${pick(random, ['text/html', 'image/png', 'application/json', 'text/event-stream', '', '\u00e9'])}`,
        ),
        whole,
      ),
    () => send(head('200 OK'), whole),
    // errors and other statuses
    ...[
      '100 Continue',
      '101 Switching Protocols',
      '103 Early Hints',
      '204 No Content',
      '206 Partial Content',
      '304 Not Modified',
      '400 Bad',
      '404 x',
      '409 x',
      '413 x',
      '418 x',
      '422 x',
      '451 x',
      '500 x',
      '503 x',
      '529 x',
      '599 x',
      '600 x',
      '999 x',
    ].map(
      status => () =>
        send(
          head(status, `content-type: ${pick(random, ['application/json', 'text/html'])}`),
          pick(random, [
            randomBytes(random, 300),
            Buffer.from('<html>no</html>'),
            Buffer.from(mutateJson(dialect.error(400, 'x', 'no'), random)),
            Buffer.alloc(1_000_000, 65),
            Buffer.from('[]'),
            Buffer.from(`${'['.repeat(50_000)}`),
          ]),
        ),
    ),
    ...['301', '302', '307', '308'].map(
      status => () =>
        send(
          head(
            `${status} x`,
            `location: ${pick(random, ['http://127.0.0.1:9/', '/v1/chat/completions', 'file:///etc/passwd', 'javascript:1', '\u00e9'])}`,
          ),
          '',
        ),
    ),
    // encodings
    () => send(head('200 OK', `content-type: ${type}`, 'content-encoding: gzip'), gzipSync(whole)),
    () => send(head('200 OK', `content-type: ${type}`, 'content-encoding: gzip'), whole),
    () =>
      send(head('200 OK', `content-type: ${type}`, 'content-encoding: br, gzip'), randomBytes(random, 100)),
    () =>
      send(
        head('200 OK', `content-type: ${type}`, 'content-encoding: gzip'),
        gzipSync(whole).subarray(0, 20),
      ),
    () => send(good, Buffer.from(whole.toString('utf8'), 'utf16le')),
    () => send(good, Buffer.from([0xef, 0xbb, 0xbf]), whole),
    // time
    () => undefined,
    async () => {
      socket.write(good)
      for (const byte of whole) {
        if (socket.destroyed) return
        socket.write(Buffer.of(byte))
        await sleep(100)
      }
      socket.end()
    },
    async () => {
      socket.write(Buffer.concat([Buffer.from(good), whole.subarray(0, whole.length >> 1)]))
      await sleep(100)
      socket.destroy()
    },
    () => void socket.write(Buffer.concat([Buffer.from(good), whole.subarray(0, whole.length >> 1)])),
  ]
  // most of the time a good answer of which something is odd
  if (random() < 0.65) {
    const count = random() < 0.7 ? 1 : pieces.length
    for (let left = count; left > 0; left -= 1) {
      const index = Math.floor(random() * pieces.length)
      pieces[index] = odd(pieces[index] ?? Buffer.alloc(0))
    }
    send(good, ...pieces)
  } else await pick(random, ways)()
}

/** One event, or the whole of a JSON answer, with something in it that is of another type, or is gone. */
function oddEvent(event: Buffer, random: Random): Buffer {
  const text = event.toString('utf8')
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text
  try {
    const value: unknown = JSON.parse(data)
    return Buffer.from(text.replace(data, () => mutateJson(value, random)))
  } catch {
    // a frame of bytes, or no JSON: one of its bytes is another
    const copy = Buffer.from(event)
    if (copy.length > 0) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256)
    return copy
  }
}

/** Goes on for as long as somebody listens, half a minute at most. */
async function endless(socket: Socket, start: string, more: () => string): Promise<void> {
  socket.write(start)
  for (let round = 0; round < 3_000 && !socket.destroyed; round += 1) {
    socket.write(more())
    await sleep(10)
  }
  socket.destroy()
}
