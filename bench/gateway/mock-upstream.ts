/**
 * An upstream that costs almost nothing: a fixed JSON answer of about 1 KB, or 64 paced frames with usage at the
 * end. Prints its port as one line of JSON.
 */
const frameCount = 64
const frameIntervalMs = Number(process.env['FRAME_INTERVAL_MS'] ?? 4)
const words = 'Thank you for writing. We have looked at your order and will send a new one today. '.repeat(8)

const reply = JSON.stringify({
  id: 'chatcmpl-mock',
  object: 'chat.completion',
  created: 1_790_000_000,
  model: 'mock-1',
  choices: [
    { index: 0, message: { role: 'assistant', content: words, refusal: null }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 24, completion_tokens: 150, total_tokens: 174 },
})
const frame = (delta: object, finishReason: string | null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-mock',
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'mock-1',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  })}\n\n`
const encoder = new TextEncoder()
const firstFrame = encoder.encode(frame({ role: 'assistant', content: 'Thank' }, null))
const middleFrame = encoder.encode(frame({ content: ' you' }, null))
const lastFrames = encoder.encode(
  `${frame({}, 'stop')}data: ${JSON.stringify({
    id: 'chatcmpl-mock',
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'mock-1',
    choices: [],
    usage: { prompt_tokens: 24, completion_tokens: frameCount, total_tokens: 24 + frameCount },
  })}\n\ndata: [DONE]\n\n`,
)

export const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  maxRequestBodySize: 64 * 1_048_576,
  fetch: async request => {
    const text = await request.text()
    if (!text.includes('"stream":true'))
      return new Response(reply, { headers: { 'content-type': 'application/json' } })
    return new Response(pacedFrames(), { headers: { 'content-type': 'text/event-stream' } })
  },
})

function pacedFrames(): ReadableStream<Uint8Array> {
  let sent = 0
  let timer: ReturnType<typeof setInterval> | undefined
  return new ReadableStream({
    start: controller => {
      controller.enqueue(firstFrame)
      timer = setInterval(() => {
        sent += 1
        if (sent < frameCount) return controller.enqueue(middleFrame)
        clearInterval(timer)
        controller.enqueue(lastFrames)
        controller.close()
      }, frameIntervalMs)
    },
    cancel: () => clearInterval(timer),
  })
}

process.stdout.write(`${JSON.stringify({ port: server.port })}\n`)
