import { describe, expect, it } from 'bun:test'
import { parseConfig } from '../../../foundation/config/index.ts'
import { clientDialects } from '../../dialects/index.ts'
import { openGuarding } from '../__fixtures__/open-guarding.ts'
import { compilePolicy, type Policy } from '../policy.ts'
import { answerForm } from './answer-form.ts'
import { guardAnswer } from './guard-answer.ts'
import { GuardedStream } from './guarded-stream.ts'

const paths = ['/v1/chat/completions', '/v1/messages', '/v1/responses'] as const
const context = { inferenceId: '0199-aa', request: {}, asked: {}, model: 'm', startedAtMs: 0, target: 't' }

function policyOf(parameters: object): Policy {
  const entry = {
    check: 'tool-abuse',
    action: 'block',
    mode: 'enforce',
    waived: 'only for a test',
    timeoutMs: 1_000,
    parameters,
  }
  const text = JSON.stringify({ policies: { p: { checks: [entry] } }, services: {} })
  const parsed = parseConfig(text, 'slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  return compilePolicy('p', parsed.snapshot.config.policies['p']!, {})
}

const policy = policyOf({ allowTools: ['get_*'] })
const call = (name: string) => ({
  id: 'c1',
  type: 'function',
  function: { name, arguments: '{"city":"Graz"}' },
})

function chunksOf(name: string): object[] {
  const chunk = (delta: object, finish: string | null = null) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })
  const part = (given: object) => chunk({ tool_calls: [{ index: 0, ...given }] })
  return [
    chunk({ role: 'assistant' }),
    part({ id: 'c1', type: 'function', function: { name, arguments: '' } }),
    part({ function: { arguments: '{"city":' } }),
    part({ function: { arguments: '"Graz"}' } }),
    chunk({}, 'tool_calls'),
  ]
}

async function streamed(path: (typeof paths)[number], name: string, isNative: boolean): Promise<string> {
  const dialect = clientDialects[path]!
  let bytes: Uint8Array = Buffer.from(
    [...chunksOf(name).map(chunk => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join(''),
  )
  const over = dialect.overChat
  if (isNative && over) {
    const stream = over.openStream(context)
    bytes = Buffer.concat([stream.push(bytes) ?? Buffer.alloc(0), stream.end() ?? Buffer.alloc(0)])
  }
  const source = ((isNative ? undefined : over) ?? dialect).openStream(context)
  const guarded = new GuardedStream(source, answerForm(dialect.operation, {}), openGuarding(policy))
  const out = [await guarded.push(bytes)]
  if (!guarded.earlyEnd) out.push(await guarded.end())
  return Buffer.concat(out.map(each => each ?? Buffer.alloc(0))).toString()
}

describe('the tools that may be called', () => {
  for (const path of paths) {
    it.each([true, false])(`are those of the policy, streamed over ${path} (native: %p)`, async isNative => {
      expect(await streamed(path, 'get_weather', isNative)).toContain('Graz')
      const stopped = await streamed(path, 'send_money', isNative)
      expect(stopped).not.toContain('Graz')
      expect(stopped).toMatch(/content_filter|refusal/)
    })

    it(`are those of the policy in a whole answer over ${path}`, async () => {
      const dialect = clientDialects[path]!
      const answer = async (name: string): Promise<string> => {
        const message = { role: 'assistant', content: null, tool_calls: [call(name)] }
        const choices = [{ index: 0, message, finish_reason: 'tool_calls' }]
        const reply = { id: 'x', object: 'chat.completion', created: 1, model: 'm', choices }
        const own = dialect.overChat ? dialect.overChat.fromReply(reply, context) : reply
        return JSON.stringify(await guardAnswer(openGuarding(policy), dialect.operation, own))
      }
      expect(JSON.parse(await answer('get_weather'))).toMatchObject({ kind: 'answer' })
      const sent = (JSON.parse(await answer('get_weather')) as { sent: unknown }).sent
      expect(JSON.stringify(sent)).toContain('Graz')
      const stopped = (JSON.parse(await answer('send_money')) as { sent: unknown }).sent
      expect(JSON.stringify(stopped)).not.toContain('Graz')
    })
  }
})
