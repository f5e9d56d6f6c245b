/**
 * An open-loop load generator: requests leave at a fixed rate whether or not answers come, over as many
 * keep-alive connections as that takes. Raw sockets and a minimal HTTP/1.1 reader keep its own cost low.
 *
 *   bun load-generator.ts plan.json
 *
 * where `plan.json` holds `{"url":"http://127.0.0.1:4000/v1/chat/completions","headers":{},"body":"{}","rate":500,"seconds":10}`.
 *
 * Prints one line of JSON; latencies are milliseconds from the moment the request left.
 */
import { readFileSync } from 'node:fs'
import type { Socket } from 'bun'

interface Plan {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly rate: number
  readonly seconds: number
}

export interface LoadResult {
  readonly sent: number
  readonly ok: number
  readonly failed: number
  /** Still without a whole answer when the run was over; counted as failed by the reader of this. */
  readonly unanswered: number
  readonly latencyMs: Percentiles
  readonly firstByteMs: Percentiles
  /** How late the generator itself was; a p99 over a few milliseconds voids the run. */
  readonly lagMs: Percentiles
  readonly connections: number
  /** Of one core, while it sent. */
  readonly generatorCpuShare: number
  readonly sampleError: string | null
}

interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

interface Connection {
  socket: Socket<Connection> | undefined
  startedAt: number
  firstByteAt: number
  status: number
  tail: string
  remaining: number
  isChunked: boolean
  isHead: boolean
  isBusy: boolean
}

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan
const url = new URL(plan.url)
const body = Buffer.from(plan.body)
const head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\ncontent-length: ${body.byteLength}\r\n${Object.entries(
  plan.headers,
)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')}\r\n`
const requestBytes = Buffer.concat([Buffer.from(head), body])

/** A gateway that far behind has failed; without a bound the machine would run out of descriptors first. */
const maxConnections = 500
const idle: Connection[] = []
const latencies: number[] = []
const firstBytes: number[] = []
const lags: number[] = []
let sent = 0
let ok = 0
let failed = 0
let open = 0
let sampleError: string | null = null

async function connect(): Promise<Connection> {
  const connection: Connection = {
    socket: undefined,
    startedAt: 0,
    firstByteAt: 0,
    status: 0,
    tail: '',
    remaining: -1,
    isChunked: false,
    isHead: true,
    isBusy: false,
  }
  connection.socket = await Bun.connect<Connection>({
    hostname: url.hostname,
    port: Number(url.port),
    data: connection,
    socket: {
      data: (_socket, bytes) => receive(connection, bytes),
      close: () => lose(connection),
      error: () => lose(connection),
    },
  })
  open += 1
  return connection
}

function receive(connection: Connection, bytes: Buffer): void {
  if (!connection.isBusy) return
  if (connection.firstByteAt === 0) connection.firstByteAt = performance.now()
  if (connection.isHead) {
    const text = connection.tail + bytes.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) {
      connection.tail = text
      return
    }
    const headText = text.slice(0, end).toLowerCase()
    connection.status = Number(headText.slice(9, 12))
    connection.isChunked = headText.includes('transfer-encoding: chunked')
    connection.remaining = Number(/content-length: (\d+)/.exec(headText)?.[1] ?? -1)
    connection.isHead = false
    const rest = text.slice(end + 4)
    if (connection.status !== 200) sampleError ??= `${connection.status} ${rest.slice(0, 300)}`
    consume(connection, rest)
    return
  }
  if (connection.isChunked) consume(connection, bytes.subarray(-7).toString('latin1'), bytes.byteLength)
  else consume(connection, '', bytes.byteLength)
}

function consume(connection: Connection, text: string, length = text.length): void {
  if (connection.isChunked) {
    connection.tail = (connection.tail.slice(-7) + text).slice(-7)
    if (connection.tail.endsWith('0\r\n\r\n')) finish(connection)
    return
  }
  connection.remaining -= length
  if (connection.remaining <= 0) finish(connection)
}

function finish(connection: Connection): void {
  latencies.push(performance.now() - connection.startedAt)
  firstBytes.push(connection.firstByteAt - connection.startedAt)
  if (connection.status === 200) ok += 1
  else failed += 1
  connection.isBusy = false
  idle.push(connection)
}

function lose(connection: Connection): void {
  open -= 1
  if (connection.isBusy) {
    failed += 1
    connection.isBusy = false
    sampleError ??= 'connection closed'
  }
  const index = idle.indexOf(connection)
  if (index >= 0) idle.splice(index, 1)
}

async function send(): Promise<void> {
  sent += 1
  const startedAt = performance.now()
  let connection = idle.pop()
  if (!connection) {
    if (open >= maxConnections) {
      failed += 1
      sampleError ??= `more than ${maxConnections} requests at once`
      return
    }
    try {
      connection = await connect()
    } catch (error) {
      failed += 1
      sampleError ??= String(error)
      return
    }
  }
  Object.assign(connection, {
    startedAt,
    firstByteAt: 0,
    tail: '',
    isHead: true,
    isChunked: false,
    remaining: -1,
    isBusy: true,
  })
  const written = connection.socket?.write(requestBytes) ?? 0
  if (written < requestBytes.byteLength) await writeRest(connection, written)
}

async function writeRest(connection: Connection, from: number): Promise<void> {
  let offset = from
  while (offset < requestBytes.byteLength && connection.isBusy) {
    await Bun.sleep(1)
    offset += connection.socket?.write(requestBytes.subarray(offset)) ?? 0
  }
}

const total = Math.floor(plan.rate * plan.seconds)
const begin = performance.now()
const cpuBefore = process.cpuUsage()
while (sent < total) {
  const elapsed = performance.now() - begin
  const due = Math.min(total, Math.floor((elapsed / 1_000) * plan.rate))
  while (sent < due) {
    lags.push(elapsed - ((sent + 1) / plan.rate) * 1_000)
    void send()
  }
  await Bun.sleep(1)
}
const elapsedMs = performance.now() - begin
const cpuUsed = process.cpuUsage(cpuBefore)
const cpuMs = (cpuUsed.user + cpuUsed.system) / 1_000
const deadline = performance.now() + 3_000
while (ok + failed < sent && performance.now() < deadline) await Bun.sleep(20)

function percentiles(values: number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(3))
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}

const result: LoadResult = {
  sent,
  ok,
  failed,
  unanswered: sent - ok - failed,
  latencyMs: percentiles(latencies),
  firstByteMs: percentiles(firstBytes),
  lagMs: percentiles(lags),
  connections: open,
  generatorCpuShare: Number((cpuMs / elapsedMs).toFixed(3)),
  sampleError,
}
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(0)
