/**
 * A provider that knows what it is owed. It speaks OpenAI's chat completions, answers, refuses, dawdles and dies as a seed
 * says, and keeps what every request has truly used: the prompt as soon as it works on it, each token as it is made,
 * whether anybody is there to read it or not. `GET /truth` tells. Prints its port as one line of JSON.
 */
/** 125 tokens a second: as fast as the fastest providers. */
const frameMs = 8
const encoder = new TextEncoder()

interface Truth {
  input: number
  output: number
  calls: number
}

const truths = new Map<string, Truth>()
let state = Number(process.env['SEED'] ?? 1)
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647

export const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  fetch: async request => {
    if (request.method === 'GET') return Response.json(Object.fromEntries(truths))
    const id = request.headers.get('x-request-id') ?? ''
    const body = (await request.json()) as {
      messages: unknown
      stream?: boolean
      max_completion_tokens: number
    }
    const fate = random()
    if (fate < 0.04) return refusal(429, 'rate_limit_exceeded', { 'retry-after-ms': '50' })
    if (fate < 0.1) return refusal(500, 'server_error')
    const truth = truths.get(id) ?? { input: 0, output: 0, calls: 0 }
    truths.set(id, truth)
    const input = Math.ceil(JSON.stringify(body.messages).length / 5)
    const output = 1 + Math.floor(random() * body.max_completion_tokens)
    truth.calls += 1
    truth.input += input
    if (fate < 0.14) await Bun.sleep(1_500)
    if (body.stream !== true) {
      await Bun.sleep(10 + random() * 60)
      truth.output += output
      return Response.json(reply(input, output))
    }
    const diesAt = fate > 0.92 ? Math.floor(random() * output) : Infinity
    return new Response(frames(truth, input, output, diesAt), {
      headers: { 'content-type': 'text/event-stream' },
    })
  },
})

function refusal(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { message: code, code } }, { status, headers })
}

function usage(input: number, output: number) {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

const head = { id: 'chatcmpl-1', created: 1_790_000_000, model: 'honest-1' }

function reply(input: number, output: number) {
  const message = { role: 'assistant', content: 'so '.repeat(output), refusal: null }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  return { ...head, object: 'chat.completion', choices, usage: usage(input, output) }
}

/** Tokens are made at their own pace; who has left is noticed at the next one. */
function frames(truth: Truth, input: number, output: number, diesAt: number): ReadableStream<Uint8Array> {
  let made = 0
  let timer: ReturnType<typeof setInterval> | undefined
  const event = (data: object): Uint8Array => encoder.encode(`data: ${JSON.stringify(data)}\n\n`)
  const chunk = (delta: object, finish_reason: string | null) =>
    event({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })
  return new ReadableStream({
    start: controller => {
      controller.enqueue(chunk({ role: 'assistant', content: '' }, null))
      timer = setInterval(() => {
        if (made >= diesAt) {
          clearInterval(timer)
          // without a reason: the server would print it
          return controller.error()
        }
        if (made < output) {
          made += 1
          truth.output += 1
          return controller.enqueue(chunk({ content: 'so ' }, null))
        }
        clearInterval(timer)
        controller.enqueue(chunk({}, 'stop'))
        controller.enqueue(
          event({ ...head, object: 'chat.completion.chunk', choices: [], usage: usage(input, output) }),
        )
        controller.enqueue(encoder.encode('data: [DONE]\n\n'))
        controller.close()
      }, frameMs)
    },
    cancel: () => clearInterval(timer),
  })
}

process.stdout.write(`${JSON.stringify({ port: server.port })}\n`)
