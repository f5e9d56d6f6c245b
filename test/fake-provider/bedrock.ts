import { answerTo, countTokens, tokensOf, type Answer } from './answer.ts'
import { understandAnthropic } from './anthropic.ts'
import { cohereEmbedSchema, converseSchema, titanSchema, type ConverseRequest } from './bedrock-schema.ts'
import { encodeEvent, encodeException } from './event-stream.ts'
import type { Dialect } from './respond.ts'
import { parsed, Refusal, type Fixed, type Understood } from './understood.ts'

const streamType = 'application/vnd.amazon.eventstream'
const errorEvent = encodeException('modelStreamErrorException', {
  message: 'The model broke.',
  originalStatusCode: 500,
  originalMessage: 'The model broke in the middle.',
})
const signature = 'EqQBCgIYAhIkFakeSignatureOfTheThinkingBlock=='
type Block = Readonly<Record<string, unknown>>

/** Reads a request as Bedrock would, and prepares the answer. Throws `Refusal` for what Bedrock refuses. */
export function understandBedrock(path: string, body: unknown, fixed: Fixed): Understood | undefined {
  const [, model = '', action = ''] = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path) ?? []
  if (action.startsWith('invoke') && model.includes('anthropic.claude')) {
    return invokeClaude(decodeURIComponent(model), body, action !== 'invoke', fixed)
  }
  if (action === 'invoke') return embed(decodeURIComponent(model), body)
  if (action === 'converse' || action === 'converse-stream') {
    const request = parsed(converseSchema, body)
    checkTurns(request)
    return { dialect: converseDialect(request, fixed), isStream: action === 'converse-stream' }
  }
  return undefined
}

/** Claude in its own words: the version in the body, model and streaming in the path, events packed in frames. */
function invokeClaude(model: string, body: unknown, isStream: boolean, fixed: Fixed): Understood {
  const { anthropic_version: version, anthropic_beta: _betas, ...request } = body as Record<string, unknown>
  if (version !== 'bedrock-2023-05-31')
    throw new Refusal('anthropic_version', 'anthropic_version: Field required')
  if ('model' in request || 'stream' in request) {
    throw new Refusal('model', 'model: Extra inputs are not permitted')
  }
  const { dialect } = understandAnthropic({ ...request, model }, fixed)
  const events = dialect.events.map(event => {
    const data = /^data: (.*)$/m.exec(String(event))?.[1] ?? ''
    return encodeEvent('chunk', { bytes: Buffer.from(data).toString('base64') })
  })
  return { dialect: { events, reply: dialect.reply, ...bedrockErrors, errorEvent, streamType }, isStream }
}

/** Turns alternate and begin with the user; every result answers a use of the turn before; tools must be declared. */
function checkTurns(request: ConverseRequest): void {
  let open = new Set<unknown>()
  for (const [index, { role, content }] of request.messages.entries()) {
    if ((index % 2 === 0) !== (role === 'user')) {
      throw new Refusal('messages', 'A conversation must alternate between user and assistant roles.')
    }
    for (const block of content as Block[]) {
      const result = block['toolResult'] as Block | undefined
      if (result && !open.delete(result['toolUseId'])) {
        throw new Refusal('messages', `messages.${index}: the toolResult has no toolUse in the turn before.`)
      }
    }
    if (open.size > 0)
      throw new Refusal('messages', `Expected toolResult blocks at messages.${index}.content.`)
    open = new Set(
      (content as Block[]).flatMap(block => (block['toolUse'] as Block | undefined)?.['toolUseId'] ?? []),
    )
    if (open.size > 0 && !request.toolConfig) {
      throw new Refusal(
        'toolConfig',
        'The toolConfig field must be defined when using toolUse and toolResult blocks.',
      )
    }
  }
}

function converseDialect(request: ConverseRequest, fixed: Fixed): Dialect {
  const blocks = (request.messages.at(-1)?.content ?? []) as Block[]
  const choice = request.toolConfig?.toolChoice
  const thinking = request.additionalModelRequestFields?.['thinking'] as Block | undefined
  const schema = request.outputConfig?.textFormat.structure.jsonSchema.schema
  const answer = answerTo(
    {
      text: blocks.map(textOf).filter(Boolean).join(' '),
      isToolResult: blocks.some(block => 'toolResult' in block),
      tools: (request.toolConfig?.tools ?? []).flatMap(tool =>
        'toolSpec' in tool ? [{ name: tool.toolSpec.name, schema: tool.toolSpec.inputSchema.json }] : [],
      ),
      isToolForced: choice !== undefined && !('auto' in choice),
      isParallel: true,
      outputSchema: schema === undefined ? undefined : JSON.parse(schema),
      stop: request.inferenceConfig?.stopSequences ?? [],
      maxTokens: request.inferenceConfig?.maxTokens ?? 10_000,
      isReasoning: thinking !== undefined && thinking['type'] !== 'disabled',
    },
    fixed.text,
  )
  const content = contentOf(answer)
  const usage = usageOf(request, answer, fixed)
  const stopReason = stopReasonOf(answer)
  const metrics = { latencyMs: 12 }
  const reply = { output: { message: { role: 'assistant', content } }, stopReason, usage, metrics }
  const events = [
    encodeEvent('messageStart', { role: 'assistant' }),
    ...content.flatMap((block, index) => blockEvents(block, index)),
    encodeEvent('messageStop', { stopReason }),
    encodeEvent('metadata', { usage, metrics }),
  ]
  return { events, reply, ...bedrockErrors, errorEvent, streamType }
}

function contentOf(answer: Answer): Block[] {
  const thought = { reasoningText: { text: answer.reasoning, signature } }
  return [
    ...(answer.reasoning ? [{ reasoningContent: thought }] : []),
    ...(answer.text ? [{ text: answer.text }] : []),
    ...answer.calls.map((call, index) => ({
      toolUse: { toolUseId: `tooluse_fake${index}`, name: call.name, input: call.input },
    })),
  ]
}

function blockEvents(block: Block, contentBlockIndex: number): Buffer[] {
  const delta = (given: object): Buffer =>
    encodeEvent('contentBlockDelta', { contentBlockIndex, delta: given })
  const stop = encodeEvent('contentBlockStop', { contentBlockIndex })
  const use = block['toolUse'] as { toolUseId: string; name: string; input: object } | undefined
  if (use) {
    const { toolUseId, name } = use
    const input = JSON.stringify(use.input)
    const half = input.length >> 1
    return [
      encodeEvent('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } } }),
      ...[input.slice(0, half), input.slice(half)].map(piece => delta({ toolUse: { input: piece } })),
      stop,
    ]
  }
  const thought = block['reasoningContent'] as { reasoningText: { text: string } } | undefined
  if (thought) {
    const pieces = tokensOf(thought.reasoningText.text).map(text => delta({ reasoningContent: { text } }))
    return [...pieces, delta({ reasoningContent: { signature } }), stop]
  }
  return [...tokensOf(String(block['text'])).map(text => delta({ text })), stop]
}

function usageOf(request: ConverseRequest, answer: Answer, fixed: Fixed): object {
  const prompt = countTokens(request.messages) + countTokens(request.system ?? '')
  const cached = Math.min(fixed.cachedTokens, prompt)
  const said = answer.calls.length > 0 ? countTokens(answer.calls) : countTokens(answer.text)
  const outputTokens = said + countTokens(answer.reasoning)
  return {
    inputTokens: prompt - cached,
    outputTokens,
    totalTokens: prompt + outputTokens,
    cacheReadInputTokens: cached,
    cacheWriteInputTokens: 0,
  }
}

function stopReasonOf(answer: Answer): string {
  if (answer.finish === 'tools') return 'tool_use'
  if (answer.finish === 'length') return 'max_tokens'
  return answer.finish === 'stop-sequence' ? 'stop_sequence' : 'end_turn'
}

function embed(model: string, body: unknown): Understood {
  if (model.includes('titan-embed')) {
    const { inputText, dimensions } = parsed(titanSchema, body)
    const embedding = Array.from({ length: dimensions ?? 8 }, (_, index) => index / 8)
    const reply = {
      embedding,
      inputTextTokenCount: countTokens(inputText),
      embeddingsByType: { float: embedding },
    }
    return { dialect: { events: [], reply, ...bedrockErrors, errorEvent: '' }, isStream: false }
  }
  const { texts } = parsed(cohereEmbedSchema, body)
  const float = texts.map((_, at) => Array.from({ length: 4 }, (__, index) => (at + index) / 4))
  const reply = { id: 'embed-fake1', response_type: 'embeddings_by_type', embeddings: { float }, texts }
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  const headers = { 'x-amzn-bedrock-input-token-count': String(tokens) }
  return { dialect: { events: [], reply, headers, ...bedrockErrors, errorEvent: '' }, isStream: false }
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
}

/** Bedrock names the error in a header, and says only its message in the body. */
export const bedrockErrors: Pick<Dialect, 'error' | 'errorHeaders'> = {
  error: (_status, _code, message) => ({ message }),
  errorHeaders: (status, code) => ({
    'x-amzn-errortype': `${code ?? errorTypes[status] ?? 'InternalServerException'}:http://internal.amazon.com/coral/`,
  }),
}

function textOf(block: Block): string {
  if (typeof block['text'] === 'string') return block['text']
  const result = block['toolResult'] as { content: Block[] } | undefined
  if (result) return result.content.map(textOf).join(' ')
  const kind = Object.keys(block)[0] ?? ''
  return kind === 'cachePoint' ? '' : `[${kind}]`
}
