import { afterAll, beforeAll, beforeEach, describe, expect, it, setDefaultTimeout } from 'bun:test'

import { until } from '../../../../test/until.ts'
import { runCli } from '../run-cli.fixture.ts'

// Each step is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000)

/** A server that speaks as much of `/v1` as the command needs, so that it can also misbehave. */
type Behaviour = (body: Record<string, unknown>, signal: AbortSignal) => Response | Promise<Response>
let behave: Behaviour
let models = ['support', 'other']
const seen: { body: Record<string, unknown>; authorization: string | null }[] = []
let aborted = 0
let server: ReturnType<typeof Bun.serve>

beforeAll(() => {
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/v1/models')
        return Response.json({ object: 'list', data: models.map(id => ({ id })) })
      if (pathname !== '/v1/chat/completions') return new Response('no', { status: 404 })
      const body = (await request.json()) as Record<string, unknown>
      seen.push({ body, authorization: request.headers.get('authorization') })
      request.signal.addEventListener('abort', () => (aborted += 1))
      return behave(body, request.signal)
    },
  })
})
afterAll(() => server.stop(true))
beforeEach(() => {
  models = ['support', 'other']
  seen.length = 0
  aborted = 0
})

const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`
const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } })}\n\n`
const stop = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`
const headers = {
  'content-type': 'text/event-stream',
  'x-request-id': 'req-1',
  'slipway-inference-id': 'inf-1',
}
const stream = (...parts: string[]) => new Response(parts.join(''), { headers })

const chat = (words: string[], options: Parameters<typeof runCli>[1] = {}) =>
  runCli(['chat', ...words], {
    ...options,
    environment: { SLIPWAY_URL: server.url.origin, SLIPWAY_KEY: 'sk-slip-test', ...options.environment },
  })

describe('slipway chat', () => {
  it('streams the answer to standard output, and figures to standard error', async () => {
    behave = () =>
      stream(
        chunk({ role: 'assistant' }),
        chunk({ content: 'Good ' }),
        chunk({ content: 'day' }),
        stop,
        usage,
        'data: [DONE]\n\n',
      )
    const { code, stdout, stderr } = await chat([
      'hello',
      'there',
      '--system',
      'Be brief.',
      '--temperature',
      '0',
      '--max-tokens',
      '9',
      '--seed',
      '1',
    ])
    expect([code, stdout]).toEqual([0, 'Good day\n'])
    expect(stderr).toMatch(/^7 → 3 tokens · first after .* · .*\n$/)
    expect(seen).toEqual([
      {
        authorization: 'Bearer sk-slip-test',
        body: {
          model: 'support',
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'hello there' },
          ],
          temperature: 0,
          max_tokens: 9,
          seed: 1,
          stream: true,
          stream_options: { include_usage: true },
        },
      },
    ])
  })

  it('reads the message from standard input, and gives one JSON document', async () => {
    behave = () => stream(chunk({ content: 'Hi' }), stop, usage, 'data: [DONE]\n\n')
    const { stdout, stderr } = await chat(['--json', '-m', 'other'], { input: 'line one\nline two\n' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      model: 'other',
      content: 'Hi',
      finish_reason: 'stop',
      usage: { input_tokens: 7, output_tokens: 3 },
      ttft_ms: expect.any(Number),
      latency_ms: expect.any(Number),
      is_aborted: false,
      request_id: 'req-1',
      inference_id: 'inf-1',
    })
    expect(seen[0]?.body['messages']).toEqual([{ role: 'user', content: 'line one\nline two' }])
  })

  it('stops at Ctrl-C, tells the server, keeps what was there, and exits with 130', async () => {
    behave = (_, signal) =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode(chunk({ content: 'Once upon' })))
            await new Promise(resolve => signal.addEventListener('abort', resolve))
            controller.close()
          },
        }),
        { headers },
      )
    let isSent = false
    const { code, stdout, stderr } = await chat(['tell me a story'], {
      onOutput(output, kill) {
        if (isSent || !output.includes('Once upon')) return
        isSent = true
        kill('SIGINT')
      },
    })
    expect([code, stdout]).toEqual([130, 'Once upon\n'])
    expect(stderr).toStartWith('stopped · ')
    await until(() => aborted > 0)
    expect(aborted).toBe(1)
  })

  it('says what the server said when it refuses, with the request id', async () => {
    behave = () =>
      Response.json(
        {
          error: {
            message: 'The prompt has 9000 tokens; shorten it.',
            type: 'invalid_request_error',
            code: 'context_too_long',
          },
        },
        { status: 400, headers: { 'x-request-id': 'req-9' } },
      )
    const { code, stderr } = await chat(['x'])
    expect([code, stderr]).toEqual([1, '✗ The prompt has 9000 tokens; shorten it.\n  request req-9\n'])
    const json = await chat(['x', '--json'])
    expect(JSON.parse(json.stderr)).toEqual({
      error: {
        code: 'context_too_long',
        message: 'The prompt has 9000 tokens; shorten it.',
        request_id: 'req-9',
      },
    })
  })

  it('reports an error that comes in the middle of a stream', async () => {
    behave = () =>
      stream(
        chunk({ content: 'Half' }),
        `data: ${JSON.stringify({ error: { message: 'The engine died.', code: 'engine_crashed' } })}\n\n`,
      )
    const { code, stdout, stderr } = await chat(['x'])
    expect(code).toBe(1)
    expect(stdout).toStartWith('Half')
    expect(stderr).toContain('The engine died.')
  })

  it('tells a missing key apart, and exits with 4', async () => {
    behave = () =>
      Response.json({ error: { message: 'Incorrect API key.', code: 'invalid_api_key' } }, { status: 401 })
    const { code, stderr } = await chat(['x'])
    expect(code).toBe(4)
    expect(stderr).toContain('Incorrect API key.')
    expect(stderr).toContain('SLIPWAY_KEY')
  })

  it('names the services where the one that was asked for does not exist', async () => {
    const { code, stderr } = await chat(['x', '-m', 'suport'])
    expect(code).toBe(1)
    expect(stderr).toContain('There is no service named `suport`')
    expect(stderr).toContain('Did you mean `support`?')
  })

  it('takes the only service, and asks where there are several', async () => {
    behave = () => stream(chunk({ content: 'Hi' }), stop, 'data: [DONE]\n\n')
    models = ['alone']
    expect((await chat(['x', '--json'])).stdout).toContain('"model":"alone"')
    models = ['one', 'two']
    const { code, stderr } = await chat(['x'])
    expect(code).toBe(2)
    expect(stderr).toContain('--model one | two')
  })

  it('holds a conversation in a terminal: remembers, stops an answer, begins anew, ends', async () => {
    behave = (body, signal) => {
      const asked = (body['messages'] as { content: string }[]).map(message => message.content)
      if (!asked.at(-1)!.includes('endless'))
        return stream(chunk({ content: `<${asked.join('|')}>` }), stop, usage, 'data: [DONE]\n\n')
      return new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode(chunk({ content: 'On and on' })))
            await new Promise(resolve => signal.addEventListener('abort', resolve))
            controller.close()
          },
        }),
        { headers },
      )
    }
    const terminal = await inTerminal(['chat'])
    await terminal.until('support ›')
    terminal.type('one\r')
    await terminal.until('<one>')
    await terminal.until('7 → 3 tokens')
    terminal.type('two\r')
    await terminal.until('<one|<one>|two>')
    terminal.type('endless\r')
    await terminal.until('On and on')
    terminal.type('\u0003')
    await terminal.until('stopped ·')
    terminal.type('three\r')
    await terminal.until('two>|three>')
    terminal.type('/system Be kind.\r')
    await terminal.until('The system prompt is set.')
    terminal.type('four\r')
    await terminal.until('<Be kind.|four>')
    terminal.type('/reset\r')
    await terminal.until('Forgotten.')
    terminal.type('five\r')
    await terminal.until('<five>')
    terminal.type('\u0004')
    expect(await terminal.exited).toBe(0)
  })

  it('lets no control character of a model through', async () => {
    behave = () => stream(chunk({ content: 'a\u001B]0;title\u0007b\n\tc' }), stop, 'data: [DONE]\n\n')
    expect((await chat(['x'])).stdout).toBe('a ]0;title b\n\tc\n')
  })
})

/** The command in a terminal of its own, as a person would use it. */
async function inTerminal(words: string[]) {
  let text = ''
  let from = 0
  const main = new URL('../main.ts', import.meta.url).pathname
  const child = Bun.spawn([process.execPath, main, ...words], {
    env: {
      ...process.env,
      TERM: 'xterm',
      NO_COLOR: '1',
      SLIPWAY_URL: server.url.origin,
      SLIPWAY_KEY: 'sk-slip-test',
    },
    terminal: { cols: 120, rows: 40, data: (_, data) => void (text += new TextDecoder().decode(data)) },
  })
  return {
    exited: child.exited,
    type: (keys: string) => void child.terminal?.write(keys),
    /** Waits for what has not been seen before. */
    async until(wanted: string): Promise<void> {
      for (let attempt = 0; attempt < 3_000; attempt += 1) {
        const at = text.indexOf(wanted, from)
        if (at >= 0) {
          from = at + wanted.length
          return
        }
        await Bun.sleep(10)
      }
      child.kill()
      throw new Error(`\`${wanted}\` did not appear in ${JSON.stringify(text.slice(from))}`)
    },
  }
}
