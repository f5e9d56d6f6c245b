import { describe, expect, it } from 'bun:test'
import { errorSchema, messageSchema } from '../../../../test/anthropic-events.ts'
import { Failure, type FailureCode } from '../../../foundation/platform/index.ts'
import type { Body } from '../client-dialect.ts'
import { countTokensDialect, messagesDialect } from './messages-dialect.ts'

const context = {
  inferenceId: '0199-aa',
  request: { stop_sequences: ['END'] },
  model: 'support',
  startedAtMs: 0,
}

function answer(message: Body, choice: Body = {}, more: Body = {}): Body {
  const given = { index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...choice }
  const reply = messagesDialect.overChat!.fromReply({ model: 'gpt-x', choices: [given], ...more }, context)
  return messageSchema.parse(reply)
}

describe('fromReply', () => {
  it('writes a chat completion as a message, its blocks in the order of Anthropic', () => {
    const signed = { type: 'thinking', thinking: 'Hm.', signature: 'sig' }
    expect(
      answer(
        {
          content: 'Looking.',
          reasoning_content: 'Hm.',
          thinking_blocks: [signed],
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
            { id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
          ],
        },
        { finish_reason: 'tool_calls' },
        {
          service_tier: 'default',
          usage: {
            prompt_tokens: 100,
            completion_tokens: 30,
            prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
            completion_tokens_details: { reasoning_tokens: 20 },
          },
        },
      ),
    ).toEqual({
      id: 'msg_0199aa',
      type: 'message',
      role: 'assistant',
      model: 'gpt-x',
      content: [
        signed,
        { type: 'text', text: 'Looking.' },
        { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 }, caller: { type: 'direct' } },
        { type: 'tool_use', id: 'b', name: 'g', input: {}, caller: { type: 'direct' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      stop_details: null,
      container: null,
      usage: {
        input_tokens: 30,
        cache_creation_input_tokens: 10,
        cache_read_input_tokens: 60,
        output_tokens: 30,
        output_tokens_details: { thinking_tokens: 20 },
        server_tool_use: null,
        cache_creation: null,
        inference_geo: null,
        service_tier: 'standard',
        speed: null,
      },
    })
  })

  it('gives reasoning that nobody signed an empty signature, from wherever it stands', () => {
    const thought = { type: 'thinking', thinking: 'Hm.', signature: '' }
    const text = { type: 'text', text: 'Yes' }
    const parts = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'Yes' },
    ]
    expect(answer({ content: 'Yes', reasoning_content: 'Hm.' })['content']).toEqual([thought, text])
    expect(answer({ content: 'Yes', reasoning: 'Hm.' })['content']).toEqual([thought, text])
    expect(answer({ content: parts })['content']).toEqual([thought, text])
  })

  it.each([
    [{ content: 'x' }, {}, 'end_turn', null],
    [{ content: 'x' }, { stop_reason: 'END' }, 'stop_sequence', 'END'],
    [{ content: 'x' }, { finish_reason: 'length' }, 'max_tokens', null],
    [{ content: null, refusal: 'No.' }, {}, 'refusal', null],
    [{ content: 'x' }, { finish_reason: 'content_filter' }, 'refusal', null],
    [{ tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] }, {}, 'tool_use', null],
  ])('ends %j with %j as %s', (message, choice, reason, sequence) => {
    expect(answer(message, choice)).toMatchObject({ stop_reason: reason, stop_sequence: sequence })
  })

  it('refuses arguments that are no JSON, unless the limit cut them', () => {
    const calls = { tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"x":' } }] }
    expect(() => answer(calls, { finish_reason: 'tool_calls' })).toThrow('not a JSON object')
    expect(answer(calls, { finish_reason: 'length' })['content']).toMatchObject([{ input: {} }])
  })

  it('says in a count whether it is one', () => {
    const count = (reply: Body): Body => countTokensDialect.overChat!.fromReply(reply, context)
    expect(count({ count: 5 })).toEqual({ input_tokens: 5 })
    expect(count({ count: 5, is_estimate: true })).toEqual({ input_tokens: 5, is_estimate: true })
  })
})

describe('check', () => {
  const good = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] }

  it.each([
    [{ ...good, model: undefined }, 'model: Field required'],
    [{ ...good, model: 5 }, 'model: Input should be a valid string'],
    [{ ...good, max_tokens: undefined }, 'max_tokens: Field required'],
    [{ ...good, max_tokens: 0 }, 'max_tokens: Input should be greater than or equal to 1'],
    [{ ...good, max_tokens: '5' }, 'max_tokens: Input should be a valid integer'],
    [{ ...good, stream: 'yes' }, 'stream: Input should be a valid boolean'],
    [{ ...good, messages: undefined }, 'messages: Field required'],
    [{ ...good, messages: [] }, 'messages: at least one message is required'],
    [{ ...good, messages: ['x'] }, 'messages.0: Input should be an object'],
    [{ ...good, messages: [{ content: 'x' }] }, 'messages.0.role: Field required'],
  ])('refuses %j: %s', (body, message) => {
    expect(() => messagesDialect.check(body)).toThrow(message)
  })

  it('asks for no limit where nothing is answered', () => {
    expect(countTokensDialect.check({ ...good, max_tokens: undefined })).toEqual({
      model: 'm',
      isStream: false,
    })
    expect(() => countTokensDialect.check({ ...good, stream: true })).toThrow('not streamed')
  })
})

describe('applyRelease', () => {
  const body = { model: 'm', max_tokens: 5, system: 'Be kind.', messages: [] }
  const target = { engine: 'e' }

  it('returns the very same object where nothing changes', () => {
    expect(messagesDialect.applyRelease(body, { target }, 's')).toBe(body)
    const answered = { target, parameters: { max_tokens: 9, max_completion_tokens: 9 } }
    expect(messagesDialect.applyRelease(body, answered, 's')).toBe(body)
  })

  it("puts the release's prompt first and its parameters in Messages' words", () => {
    const parameters = {
      temperature: 0.5,
      stop: 'END',
      user: 'u',
      reasoning_effort: 'low',
      seed: 5,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
    }
    const applied = messagesDialect.applyRelease(
      body,
      { target, prompt: { system: 'Be terse.' }, parameters },
      's',
    )
    expect(applied).toEqual({
      ...body,
      system: [
        { type: 'text', text: 'Be terse.' },
        { type: 'text', text: 'Be kind.' },
      ],
      temperature: 0.5,
      stop_sequences: ['END'],
      metadata: { user_id: 'u' },
      seed: 5,
      output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
    })
    // they are in the chat that is made of it
    expect(
      messagesDialect.overChat!.toChat({ ...applied, messages: [{ role: 'user', content: 'x' }] }),
    ).toMatchObject({
      stop: ['END'],
      user: 'u',
      reasoning_effort: 'low',
      seed: 5,
      response_format: { json_schema: { schema: { type: 'object' } } },
    })
  })

  it('leaves alone what the client has answered for', () => {
    const mine = {
      ...body,
      temperature: 1,
      stop_sequences: [],
      thinking: { type: 'disabled' },
      output_format: { type: 'json_schema', schema: {} },
    }
    const parameters = {
      temperature: 0.5,
      stop: 'END',
      reasoning_effort: 'low',
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {} } },
    }
    expect(messagesDialect.applyRelease(mine, { target, parameters }, 's')).toBe(mine)
  })
})

describe('errors', () => {
  it.each<[FailureCode, Record<string, string | number>, number, string]>([
    ['invalid_request', {}, 400, 'invalid_request_error'],
    ['unsupported_parameter', {}, 400, 'invalid_request_error'],
    ['method_not_allowed', {}, 405, 'invalid_request_error'],
    ['unauthenticated', {}, 401, 'authentication_error'],
    ['forbidden', {}, 403, 'permission_error'],
    ['model_not_found', {}, 404, 'not_found_error'],
    ['body_too_large', {}, 413, 'request_too_large'],
    ['upstream_rate_limited', {}, 429, 'rate_limit_error'],
    ['engine_busy', {}, 429, 'rate_limit_error'],
    ['upstream_rejected', { upstreamStatus: 402 }, 402, 'billing_error'],
    ['upstream_error', {}, 502, 'api_error'],
    ['upstream_error', { upstreamCode: 'overloaded_error' }, 529, 'overloaded_error'],
    ['upstream_error', { upstreamStatus: 503 }, 529, 'overloaded_error'],
    ['upstream_unauthorized', {}, 502, 'api_error'],
    ['upstream_timeout', {}, 504, 'timeout_error'],
    ['engine_not_ready', {}, 529, 'overloaded_error'],
    ['shutting_down', {}, 529, 'overloaded_error'],
    ['migration_failed', {}, 500, 'api_error'],
  ])('says %s %j as %i %s', (code, details, status, type) => {
    const { errors } = messagesDialect
    const failure = new Failure(code, 'It went wrong.', { details })
    expect(errors.status!(failure)).toBe(status)
    const body = errorSchema.parse(errors.body(failure, 'req-1'))
    expect(body).toEqual({ type: 'error', error: { type, message: 'It went wrong.' }, request_id: 'req-1' })
  })

  it('uses the words by which clients know a prompt that is too long', () => {
    const failure = new Failure('context_too_long', 'This engine holds 512 tokens.')
    expect(JSON.stringify(messagesDialect.errors.body(failure, 'r'))).toContain(
      'prompt is too long: This engine',
    )
  })

  it('tells of a bug only the id under which the log has it', () => {
    expect(errorSchema.parse(messagesDialect.errors.bug('req-1')).error.message).toContain('req-1')
  })
})
