/** A good request of every API, with as many of the fields as it knows as may stand together. */
export const canary = 'canary-of-a-person-5519'

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const chat = {
  model: 'chat',
  stream: true,
  stream_options: { include_usage: true },
  max_completion_tokens: 50,
  temperature: 0.5,
  top_p: 0.9,
  stop: ['END'],
  seed: 7,
  user: 'someone',
  metadata: { a: 'b' },
  tools: [{ type: 'function', function: { name: 'weather', description: 'Tells it.', parameters: schema } }],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  response_format: { type: 'json_schema', json_schema: { name: 'w', schema, strict: true } },
  reasoning_effort: 'low',
  messages: [
    { role: 'system', content: 'Be terse.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: canary },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
    { role: 'user', content: canary },
  ],
}

const messages = {
  model: 'chat',
  max_tokens: 50,
  stream: true,
  system: [{ type: 'text', text: 'Be terse.', cache_control: { type: 'ephemeral' } }],
  temperature: 0.5,
  top_k: 5,
  stop_sequences: ['END'],
  metadata: { user_id: 'someone' },
  tools: [{ name: 'weather', description: 'Tells it.', input_schema: schema }],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: canary },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
      ],
    },
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } }],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: [{ type: 'text', text: 'sunny' }],
          is_error: false,
        },
      ],
    },
  ],
}

const responses = {
  model: 'chat',
  stream: true,
  instructions: 'Be terse.',
  max_output_tokens: 50,
  temperature: 0.5,
  store: false,
  include: ['reasoning.encrypted_content'],
  reasoning: { effort: 'low', summary: 'auto' },
  text: { format: { type: 'json_schema', name: 'w', schema, strict: true }, verbosity: 'low' },
  tools: [{ type: 'function', name: 'weather', description: 'Tells it.', parameters: schema, strict: true }],
  tool_choice: 'auto',
  metadata: { a: 'b' },
  input: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: canary },
        { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'low' },
      ],
    },
    { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
    { role: 'user', content: canary },
  ],
}

export const bodies: readonly (readonly [path: string, body: Readonly<Record<string, unknown>>])[] = [
  ['/v1/chat/completions', chat],
  ['/v1/chat/completions', { model: 'chat', messages: [{ role: 'user', content: canary }] }],
  ['/v1/messages', messages],
  ['/v1/messages', { model: 'chat', max_tokens: 5, messages: [{ role: 'user', content: canary }] }],
  [
    '/v1/messages/count_tokens',
    { model: 'chat', messages: messages.messages, tools: messages.tools, system: messages.system },
  ],
  ['/v1/responses', responses],
  ['/v1/responses', { model: 'chat', input: canary }],
  [
    '/v1/completions',
    {
      model: 'chat',
      prompt: canary,
      suffix: null,
      max_tokens: 5,
      logprobs: 1,
      n: 1,
      stream: false,
      echo: false,
    },
  ],
  [
    '/v1/embeddings',
    { model: 'chat', input: [canary, 'b'], dimensions: 8, encoding_format: 'float', user: 'u' },
  ],
  ['/v1/moderations', { model: 'chat', input: [{ type: 'text', text: canary }] }],
  ['/v1/rerank', { model: 'chat', query: canary, documents: ['a', 'b'], top_n: 1 }],
  ['/v1/images/generations', { model: 'chat', prompt: canary, n: 1, size: '1024x1024', stream: false }],
  ['/v1/audio/speech', { model: 'chat', input: canary, voice: 'alloy', response_format: 'mp3', speed: 1 }],
  [
    '/v1/batches',
    {
      input_file_id: 'file-1',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { a: 'b' },
    },
  ],
]

export const services = ['chat', 'native', 'claude', 'gemini', 'cohere', 'bedrock'] as const
