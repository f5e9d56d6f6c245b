/** The least a gateway on this runtime can be: it parses the body, changes the model and passes bytes through. */
const upstream = process.argv[2] ?? ''
export const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  maxRequestBodySize: 64 * 1_048_576,
  error: () => new Response(null, { status: 502 }),
  fetch: async request => {
    const body = (await request.json()) as Record<string, unknown>
    const answer = await fetch(`${upstream}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, model: 'mock-1' }),
      signal: request.signal,
    })
    return new Response(answer.body, {
      status: answer.status,
      headers: { 'content-type': answer.headers.get('content-type') ?? '' },
    })
  },
})
process.stdout.write(`${JSON.stringify({ port: server.port })}\n`)
