import { describe, expect, it } from 'bun:test'
import { createRequestHandler } from './request-handler.ts'

describe('a server that shuts down', () => {
  it('turns each client away in the words of its own API', async () => {
    const answered = (): Promise<Response> => Promise.resolve(new Response('served'))
    const handler = createRequestHandler({
      gateway: answered,
      storedResponses: () => undefined,
      reviews: () => undefined,
      fineTuning: () => undefined,
      batches: () => undefined,
      spans: answered,
      mlflow: answered,
      exchange: answered,
      controlApi: answered,
      console: answered,
      metrics: () => Promise.resolve(''),
      mayReadMetrics: () => false,
      isReady: () => Promise.resolve([]),
    })
    const ask = async (path: string): Promise<Response> =>
      await handler.fetch(new Request(`http://x${path}`, { method: 'POST' }), () => undefined)
    expect(await (await ask('/v1/messages')).text()).toBe('served')

    handler.refuse()
    const chat = await ask('/v1/chat/completions')
    expect([chat.status, chat.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await chat.json()).toMatchObject({ error: { type: 'server_error', code: 'shutting_down' } })
    const messages = await ask('/v1/messages')
    expect(messages.status).toBe(529)
    expect(await messages.json()).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } })
  })
})
