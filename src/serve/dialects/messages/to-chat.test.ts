import { describe, expect, it } from 'bun:test'
import { chatSchema } from '../../../../test/fake-provider/openai-schema.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { toChat } from './to-chat.ts'

const user = { role: 'user', content: 'Hi' }
const png = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }
const tool = { name: 'f', description: 'Does f', input_schema: { type: 'object' } }

function translated(body: Record<string, unknown>): Record<string, unknown> {
  return toChat({ model: 'support', max_tokens: 50, messages: [user], ...body })
}

function messagesOf(messages: unknown[], system?: unknown): unknown {
  const body = translated({ messages, ...(system === undefined ? {} : { system }) })
  return body['messages']
}

function refusal(body: Record<string, unknown>): [string, string | undefined] {
  try {
    translated(body)
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.details.parameter]
    throw error
  }
  return ['accepted', undefined]
}

describe('toChat', () => {
  it('writes what OpenAI itself accepts', () => {
    const body = translated({
      system: 'Be brief.',
      temperature: 0.2,
      top_p: 0.9,
      stop_sequences: ['END'],
      stream: true,
      metadata: { user_id: 'u1' },
      service_tier: 'standard_only',
      thinking: { type: 'enabled', budget_tokens: 5000 },
      output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
      tools: [tool],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    })
    expect(chatSchema.parse(body)).toEqual({
      model: 'support',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      max_completion_tokens: 50,
      temperature: 0.2,
      top_p: 0.9,
      stop: ['END'],
      stream: true,
      stream_options: { include_usage: true },
      user: 'u1',
      service_tier: 'default',
      reasoning_effort: 'medium',
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true, schema: { type: 'object' } },
      },
      tools: [
        { type: 'function', function: { name: 'f', description: 'Does f', parameters: { type: 'object' } } },
      ],
      tool_choice: 'required',
      parallel_tool_calls: false,
    })
  })

  it.each([
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, { reasoning_effort: 'low' }],
    [{ thinking: { type: 'enabled', budget_tokens: 32_000 } }, { reasoning_effort: 'high' }],
    [{ thinking: { type: 'disabled' } }, { reasoning_effort: 'none' }],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } }, { reasoning_effort: 'xhigh' }],
    [{ output_config: { effort: 'low' } }, { reasoning_effort: 'low' }],
    [
      { top_k: 5, seed: 7 },
      { top_k: 5, seed: 7 },
    ],
    [{ tools: [tool], tool_choice: { type: 'none' } }, { tool_choice: 'none' }],
    [{ tools: [tool], tool_choice: { type: 'auto' } }, { tool_choice: 'auto' }],
    [
      { tools: [tool], tool_choice: { type: 'tool', name: 'f' } },
      { tool_choice: { type: 'function', function: { name: 'f' } } },
    ],
    [
      { tools: [{ ...tool, type: 'custom', strict: true, eager_input_streaming: true }] },
      {
        tools: [
          {
            type: 'function',
            function: { name: 'f', description: 'Does f', parameters: { type: 'object' }, strict: true },
          },
        ],
      },
    ],
    [
      { output_format: { type: 'json_schema', schema: { type: 'object' } } },
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', strict: true, schema: { type: 'object' } },
        },
      },
    ],
    // these ask for nothing that a chat does not do unasked
    [{ thinking: { type: 'adaptive' }, cache_control: { type: 'ephemeral' } }, { messages: [user] }],
    [
      { context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } },
      { messages: [user] },
    ],
    [{ container: null, tools: [], tool_choice: null }, { messages: [user] }],
  ])('says %j as %j', (given, expected) => {
    const body = translated(given)
    expect(body).toMatchObject(expected)
    for (const name of ['thinking', 'output_config', 'cache_control', 'context_management', 'container']) {
      expect(body).not.toHaveProperty(name)
    }
  })

  it('keeps every block of a conversation, and its order', () => {
    const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'sig' }
    const redacted = { type: 'redacted_thinking', data: 'x' }
    expect(
      messagesOf(
        [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'See:', cache_control: { type: 'ephemeral' } },
              { type: 'image', source: png },
              { type: 'image', source: { type: 'url', url: 'https://example.com/a.jpg' } },
            ],
          },
          {
            role: 'assistant',
            content: [
              thinking,
              redacted,
              { type: 'text', text: 'Looking.', citations: null },
              { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 }, caller: { type: 'direct' } },
              { type: 'tool_use', id: 'b', name: 'g', input: {} },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'a', content: 'one' },
              {
                type: 'tool_result',
                tool_use_id: 'b',
                is_error: true,
                content: [
                  { type: 'text', text: 'no' },
                  { type: 'image', source: png },
                ],
              },
              { type: 'text', text: 'And?' },
            ],
          },
          { role: 'system', content: 'Shorter now.' },
          user,
        ],
        [
          { type: 'text', text: 'A' },
          { type: 'text', text: 'B', cache_control: { type: 'ephemeral' } },
        ],
      ),
    ).toEqual([
      {
        role: 'system',
        content: [
          { type: 'text', text: 'A' },
          { type: 'text', text: 'B', cache_control: { type: 'ephemeral' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See:', cache_control: { type: 'ephemeral' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.jpg' } },
        ],
      },
      {
        role: 'assistant',
        content: 'Looking.',
        reasoning_content: 'Hm.',
        thinking_blocks: [thinking, redacted],
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      {
        role: 'tool',
        tool_call_id: 'b',
        content: [
          { type: 'text', text: 'The tool failed:' },
          { type: 'text', text: 'no' },
          { type: 'text', text: '(What else the tool gave follows in the next message.)' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Given by the tool call b:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'text', text: 'And?' },
        ],
      },
      { role: 'system', content: 'Shorter now.' },
      user,
    ])
  })

  it('takes its own unsigned thinking back as reasoning without a block', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.', signature: '' },
      { type: 'text', text: 'Yes' },
    ]
    expect(messagesOf([user, { role: 'assistant', content }, user])).toEqual([
      user,
      { role: 'assistant', content: 'Yes', reasoning_content: 'Hm.' },
      user,
    ])
  })

  it('reads documents: a PDF as a file, a text as text', () => {
    const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }
    const documents = [
      { type: 'document', title: 'a.pdf', context: 'The contract', source: pdf },
      { type: 'document', title: 'Notes', source: { type: 'text', media_type: 'text/plain', data: 'one' } },
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'two' }] } },
      { type: 'search_result', title: 'T', source: 's', content: [{ type: 'text', text: 'three' }] },
    ]
    expect(messagesOf([{ role: 'user', content: documents }])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'The contract' },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
          { type: 'text', text: 'Notes' },
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
          { type: 'text', text: 'T\ns' },
          { type: 'text', text: 'three' },
        ],
      },
    ])
  })

  const content = (block: object): Record<string, unknown> => ({
    messages: [{ role: 'user', content: [block] }],
  })

  it.each([
    [{ container: 'c' }, 'container'],
    [{ mcp_servers: [] }, 'mcp_servers'],
    [{ inference_geo: 'us' }, 'inference_geo'],
    [{ speed: 'fast' }, 'speed'],
    [{ never_heard_of: 0 }, 'never_heard_of'],
    [{ metadata: { team: 'a' } }, 'metadata.team'],
    [{ thinking: { type: 'enabled', budget_tokens: 1024, display: 'omitted' } }, 'thinking.display'],
    [{ thinking: { type: 'between_tools' } }, 'thinking.type'],
    [{ thinking: { type: 'adaptive', more: 1 } }, 'thinking.more'],
    [{ output_config: { task_budget: {} } }, 'output_config.task_budget'],
    [{ output_config: { format: { type: 'regex' } } }, 'output_config.format.type'],
    [{ context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }, 'context_management.edits.0'],
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools.0.type'],
    [{ tools: [{ ...tool, defer_loading: true }] }, 'tools.0.defer_loading'],
    [{ tools: [{ ...tool, input_examples: [{}] }] }, 'tools.0.input_examples'],
    [content({ type: 'image', source: { type: 'file', file_id: 'f' } }), 'messages.0.content.0.source.type'],
    [
      content({ type: 'document', source: { type: 'url', url: 'https://a' } }),
      'messages.0.content.0.source.type',
    ],
    [
      content({ type: 'document', citations: { enabled: true }, source: { type: 'text', data: 'x' } }),
      'messages.0.content.0.citations',
    ],
    [content({ type: 'container_upload', file_id: 'f' }), 'messages.0.content.0.type'],
    [content({ type: 'text', text: 'x', more: 1 }), 'messages.0.content.0.more'],
    [
      content({ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'tool_reference' }] }),
      'messages.0.content.0.content.0.type',
    ],
    [{ messages: [{ ...user, name: 'Ann' }] }, 'messages.0.name'],
    [
      { messages: [user, { role: 'assistant', content: [{ type: 'server_tool_use' }] }, user] },
      'messages.1.content.0.type',
    ],
    [{ messages: [user, { role: 'assistant', content: 'It is' }] }, 'messages.1'],
  ])('refuses %j by its name instead of dropping it', (body, parameter) => {
    expect(refusal(body)).toEqual(['unsupported_parameter', parameter])
  })

  it.each([
    [content({ text: 'x' }), 'messages.0.content.0.type'],
    [content({ type: 'text' }), 'messages.0.content.0.text'],
    [content({ type: 'image' }), 'messages.0.content.0.source'],
    [
      content({ type: 'image', source: { type: 'base64', data: 'x' } }),
      'messages.0.content.0.source.media_type',
    ],
    [content({ type: 'tool_result' }), 'messages.0.content.0.tool_use_id'],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role'],
    [{ tools: [{ input_schema: {} }] }, 'tools.0.name'],
    [{ tool_choice: { type: 'auto' } }, 'tool_choice'],
    [{ tools: [tool], tool_choice: { type: 'some' } }, 'tool_choice.type'],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
  ])('says what is wrong with %j', (body, parameter) => {
    expect(refusal(body)).toEqual(['invalid_request', parameter])
  })
})
