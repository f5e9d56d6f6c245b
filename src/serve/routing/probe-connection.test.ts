import { describe, expect, it } from 'bun:test'
import { createServer, type AddressInfo } from 'node:net'
import { canConnect } from './probe-connection.ts'

describe('canConnect', () => {
  it('tells an open port from a closed one', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await canConnect(`http://127.0.0.1:${port}/v1`, 1_000)).toBe(true)
    await new Promise(resolve => server.close(resolve))
    expect(await canConnect(`http://127.0.0.1:${port}/v1`, 1_000)).toBe(false)
  })
})
