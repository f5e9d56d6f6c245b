/**
 * A provider that answers at once, or after `DELAY_MS`, and counts the calls of each request id. `GET /calls` tells how
 * many ids it was asked for, how many more than once, and how many calls there were. Prints its port as one line of JSON.
 */
const delayMs = Number(process.env['DELAY_MS'] ?? 0)
const calls = new Map<string, number>()
const words = 'Thank you for writing. We have looked at your order and will send a new one today. '.repeat(8)

const reply = JSON.stringify({
  id: 'chatcmpl-counted',
  object: 'chat.completion',
  created: 1_790_000_000,
  model: 'counted-1',
  choices: [
    { index: 0, message: { role: 'assistant', content: words, refusal: null }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 24, completion_tokens: 150, total_tokens: 174 },
})
const refusal = JSON.stringify({
  error: { message: 'No.', type: 'invalid_request_error', param: null, code: null },
})

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: async request => {
    if (request.method === 'GET') {
      const counts = [...calls.values()]
      return Response.json({
        requests: counts.length,
        askedTwice: counts.filter(count => count > 1).length,
        calls: counts.reduce((sum, count) => sum + count, 0),
      })
    }
    const id = request.headers.get('x-request-id') ?? ''
    calls.set(id, (calls.get(id) ?? 0) + 1)
    const text = await request.text()
    if (delayMs > 0) await Bun.sleep(delayMs)
    const isRefused = text.includes('refuse me')
    return new Response(isRefused ? refusal : reply, {
      status: isRefused ? 400 : 200,
      headers: { 'content-type': 'application/json' },
    })
  },
})

process.stdout.write(`${JSON.stringify({ port: server.port })}\n`)
