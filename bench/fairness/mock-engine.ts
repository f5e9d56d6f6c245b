/**
 * An engine over HTTP that takes its time from the model in engine-model.ts: OpenAI chat streams, one event a token.
 * A prompt has a token for each four characters and an answer `max_tokens` of them. Prints its port as one line of
 * JSON; `GET /figures` says what it has done.
 */
import { EngineModel, shapes, type ShapeName } from './engine-model.ts'

const engine = new EngineModel(shapes[(process.argv[2] ?? 'small') as ShapeName])
const encoder = new TextEncoder()
let isRunning = false

interface ChatBody {
  readonly max_tokens: number
  readonly messages: readonly { readonly content: string }[]
}

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  fetch: async request => {
    if (new URL(request.url).pathname === '/figures') {
      const { promptTokens, outputTokens, busyMs } = engine
      return Response.json({ promptTokens, outputTokens, busyMs })
    }
    const body = (await request.json()) as ChatBody
    return new Response(answer(body), { headers: { 'content-type': 'text/event-stream' } })
  },
})

function answer(body: ChatBody): ReadableStream<Uint8Array> {
  const inputTokens = Math.ceil((body.messages[0]?.content.length ?? 4) / 4)
  const outputTokens = body.max_tokens
  let job: Parameters<EngineModel['submit']>[0] | undefined
  return new ReadableStream({
    start: controller => {
      job = {
        tenant: '',
        inputTokens,
        outputTokens,
        isGone: false,
        onStart: () => undefined,
        onToken: () => {
          if (!job?.isGone)
            controller.enqueue(event([{ index: 0, delta: { content: ' a' }, finish_reason: null }]))
        },
        onEnd: () => {
          if (job?.isGone) return
          controller.enqueue(event([{ index: 0, delta: {}, finish_reason: 'stop' }]))
          const usage = {
            prompt_tokens: inputTokens,
            completion_tokens: outputTokens,
            total_tokens: inputTokens + outputTokens,
          }
          controller.enqueue(event([], usage))
          controller.enqueue(encoder.encode('data: [DONE]\n\n'))
          controller.close()
        },
      }
      engine.submit(job)
      void run()
    },
    cancel: () => {
      if (job) job.isGone = true
    },
  })
}

function event(choices: readonly object[], usage?: object): Uint8Array {
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'mock', choices, usage }
  return encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`)
}

/** Iterations end when the model says so; what a timer is late is taken off the next one. */
async function run(): Promise<void> {
  if (isRunning) return
  isRunning = true
  let due = performance.now()
  for (let iteration = engine.iterate(); iteration; iteration = engine.iterate()) {
    due += iteration.ms
    await Bun.sleep(Math.max(0, due - performance.now()))
    iteration.finish()
  }
  isRunning = false
}

process.stdout.write(`${JSON.stringify({ port: server.port })}\n`)
