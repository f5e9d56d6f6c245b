import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import path from 'node:path'

/** For tests: a way to a real Postgres that can be cut, as a network or a restart cuts it. */
export interface CuttableDatabase extends AsyncDisposable {
  readonly url: string
  /** Breaks every connection and refuses new ones. */
  cut(): void
  restore(): void
  /** Lets the next COMMIT happen and breaks the connection before its answer arrives. */
  loseNextCommit(): void
  /** How many commits were lost in that way. */
  readonly lostCommits: number
}

export async function createCuttableDatabase(url: string): Promise<CuttableDatabase> {
  const target = new URL(url)
  const folder = target.searchParams.get('host')
  const port = target.port === '' ? 5_432 : Number(target.port)
  const sockets = new Set<Socket>()
  let isCut = false
  let isCommitToBeLost = false
  let lostCommits = 0

  const server = createServer(client => {
    if (isCut) return client.destroy()
    const upstream = folder ? connect(path.join(folder, `.s.PGSQL.${port}`)) : connect(port, target.hostname)
    let isLosing = false
    const end = (): void => {
      client.destroy()
      upstream.destroy()
      sockets.delete(client)
    }
    sockets.add(client)
    client.on('data', (data: Buffer) => {
      if (isCommitToBeLost && data.includes('COMMIT')) {
        isCommitToBeLost = false
        isLosing = true
      }
      upstream.write(data)
    })
    upstream.on('data', (data: Buffer) => {
      if (!isLosing) return client.write(data)
      lostCommits += 1
      return end()
    })
    for (const socket of [client, upstream]) socket.on('close', end).on('error', end)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  target.searchParams.delete('host')
  target.hostname = '127.0.0.1'
  target.port = String((server.address() as AddressInfo).port)

  function cut(): void {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }

  return {
    url: target.href,
    cut,
    restore: () => {
      isCut = false
    },
    loseNextCommit: () => {
      isCommitToBeLost = true
    },
    get lostCommits() {
      return lostCommits
    },
    [Symbol.asyncDispose]: async () => {
      cut()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
