import Anthropic from '@anthropic-ai/sdk'
import { resultOf, type Ask, type Client, type Door, type Said } from './client.ts'

type Request = Anthropic.MessageCreateParamsNonStreaming

const ends: Readonly<Record<string, Said['end']>> = {
  end_turn: 'stop',
  max_tokens: 'length',
  tool_use: 'tools',
}

/** The official Anthropic SDK on `/v1/messages`. */
export function anthropicMessages(door: Door): Client {
  const anthropic = new Anthropic({ baseURL: door.url, apiKey: door.key, maxRetries: 0 })
  const send = async (request: Request, isStream: boolean): Promise<Anthropic.Message> =>
    isStream
      ? await anthropic.messages.stream(request).finalMessage()
      : await anthropic.messages.create(request)

  return {
    name: 'anthropic · messages',
    async ask(model, ask) {
      const request = requestOf(model, ask)
      const first = await send(request, ask.isStream === true)
      const calls = first.content.filter(block => block.type === 'tool_use')
      if (!ask.results || calls.length === 0) return said(first)
      const results = calls.map(call => ({
        type: 'tool_result' as const,
        tool_use_id: call.id,
        content: resultOf(ask, call.name),
      }))
      const messages: Anthropic.MessageParam[] = [
        ...request.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: results },
      ]
      return said(await send({ ...request, messages }, ask.isStream === true))
    },
  }
}

function requestOf(model: string, ask: Ask): Request {
  const text = { type: 'text' as const, text: ask.text }
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: ask.image ?? '' }
  const format = ask.schema && { type: 'json_schema' as const, schema: { ...ask.schema } }
  return {
    model,
    max_tokens: ask.maxTokens ?? 200,
    messages: [
      { role: 'user', content: ask.image === undefined ? ask.text : [text, { type: 'image', source }] },
    ],
    ...(ask.system === undefined ? {} : { system: ask.system }),
    ...(ask.tools && {
      tools: ask.tools.map(({ name, schema }) => ({
        name,
        input_schema: { type: 'object' as const, ...schema },
      })),
    }),
    ...((format || ask.effort) && {
      output_config: { ...(format && { format }), ...(ask.effort && { effort: ask.effort }) },
    }),
  }
}

function said({ content, stop_reason: reason, usage }: Anthropic.Message): Said {
  return {
    text: content.map(block => (block.type === 'text' ? block.text : '')).join(''),
    calls: content.flatMap(block =>
      block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [],
    ),
    end: ends[reason ?? ''] ?? 'other',
    inputTokens:
      usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
    outputTokens: usage.output_tokens,
  }
}
