import { describe, expect, it } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { startFakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'

describe('many calls at once', () => {
  it('all reach the upstream, however many are open already, and all end when their clients leave', async () => {
    await using provider = await startFakeProvider()
    await using product = await startProduct({
      config: `
providers: { fake: { kind: openai, baseUrl: '${provider.url}/v1' } }
services: { slow: { releases: { v1: { target: { provider: fake, model: fake-silence } } } } }
`,
    })
    const body = JSON.stringify({ model: 'slow', messages: [{ role: 'user', content: 'hi' }] })
    const request = [
      'POST /v1/chat/completions HTTP/1.1',
      'host: 127.0.0.1',
      `authorization: Bearer ${product.adminKey}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
      '',
      body,
    ].join('\r\n')
    // sockets rather than fetch, which would hold back its own calls
    const clients = Array.from({ length: 400 }, (): Socket => {
      const socket = connect(Number(new URL(product.url).port), '127.0.0.1')
      socket.on('error', () => undefined).write(request)
      return socket
    })
    const open = (): number => provider.requests.filter(({ state }) => state === 'open').length
    for (let attempt = 0; attempt < 600 && open() < clients.length; attempt += 1) await Bun.sleep(50)
    expect(open()).toBe(clients.length)
    for (const client of clients) client.destroy()
    for (let attempt = 0; attempt < 600 && open() > 0; attempt += 1) await Bun.sleep(50)
    expect(open()).toBe(0)
  }, 120_000)
})
