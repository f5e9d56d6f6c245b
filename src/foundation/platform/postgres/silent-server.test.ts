import { describe, expect, it } from 'bun:test'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Database } from '../database.ts'
import { createLogger } from '../logger.ts'
import { openDatabase } from './open-database.ts'

const unavailable = { code: 'storage_unavailable', kind: { isRetryable: true } }
const authenticationOk = Buffer.from('R\0\0\0\x08\0\0\0\0', 'latin1')
const readyForQuery = Buffer.from('Z\0\0\0\x05I', 'latin1')
const began = Buffer.concat([Buffer.from('C\0\0\0\x0aBEGIN\0', 'latin1'), readyForQuery])

interface SilentServer extends AsyncDisposable {
  readonly database: Database
  /** What each connection sent, the first message left out. */
  readonly received: string[][]
  readonly open: Set<Socket>
}

/** Speaks Postgres' protocol up to a point, then keeps the connection and says nothing more, as behind a cut network. */
async function startSilentServer(answers: readonly Buffer[]): Promise<SilentServer> {
  const open = new Set<Socket>()
  const received: string[][] = []
  const server = createServer(socket => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => {})
    const remaining = [...answers]
    const messages: string[] = []
    received.push(messages)
    let isFirst = true
    socket.on('data', data => {
      if (!isFirst) messages.push(data.toString('latin1'))
      isFirst = false
      const answer = remaining.shift()
      if (answer) socket.write(answer)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const database = await openDatabase({
    url: `postgresql://somebody@127.0.0.1:${(server.address() as AddressInfo).port}/some`,
    logger: createLogger({ level: 'silent' }),
    maxConnections: 1,
    connectLimitMs: 150,
    statementLimitMs: 150,
  })
  return {
    database,
    received,
    open,
    async [Symbol.asyncDispose]() {
      await database.close()
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

describe('openDatabase, on a server that says nothing', () => {
  it('fails what waits for a connection', async () => {
    await using server = await startSilentServer([])
    const { database } = server
    const waiting = [
      database.query('SELECT 1'),
      database.query('SELECT 2'),
      database.transaction(async () => 1),
      database.listen('x', () => {}),
    ]
    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: unavailable })
    }
  })

  it('fails a statement and drops its connection, so that the next one gets a fresh one', async () => {
    await using server = await startSilentServer([Buffer.concat([authenticationOk, readyForQuery])])
    const { database, received } = server
    for (const _ of [1, 2]) expect(await database.query('SELECT 1').catch(thrown)).toMatchObject(unavailable)
    expect(await database.listen('x', () => {}).catch(thrown)).toMatchObject(unavailable)
    expect(received.length).toBe(3)
    for (let turns = 0; server.open.size > 0 && turns < 5_000; turns += 1) await Bun.sleep(5)
    expect(server.open.size).toBe(0)
  })

  it('fails a transaction once, whatever its work makes of the failure', async () => {
    await using server = await startSilentServer([Buffer.concat([authenticationOk, readyForQuery]), began])
    const { database, received } = server
    const sinceMs = performance.now()
    const outcome = await database
      .transaction(async transaction => {
        await transaction.query('SELECT 1').catch(() => {})
        await transaction.query('SELECT 2').catch(() => {})
        return 'done'
      })
      .catch(thrown)
    expect(outcome).toMatchObject(unavailable)
    expect(performance.now() - sinceMs).toBeLessThan(4_000)
    expect(received.flat().join('')).toMatch(/BEGIN.*SELECT 1/s)
    expect(received.flat().join('')).not.toMatch(/SELECT 2|COMMIT|ROLLBACK/)
  })

  it('gives a transaction more time that asks for it', async () => {
    await using server = await startSilentServer([Buffer.concat([authenticationOk, readyForQuery]), began])
    const sinceMs = performance.now()
    const outcome = await server.database
      .transaction(transaction => transaction.query('SELECT 1'), { statementLimitMs: 400 })
      .catch(thrown)
    expect(outcome).toMatchObject(unavailable)
    expect(performance.now() - sinceMs).toBeGreaterThan(390)
  })
})

function thrown(error: unknown): unknown {
  return error
}
