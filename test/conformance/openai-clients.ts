import OpenAI from 'openai'
import { resultOf, type Ask, type Client, type Door, type Said } from './client.ts'

type ChatRequest = OpenAI.ChatCompletionCreateParamsNonStreaming
type ResponseRequest = OpenAI.Responses.ResponseCreateParamsNonStreaming

const ends: Readonly<Record<string, Said['end']>> = { stop: 'stop', length: 'length', tool_calls: 'tools' }

/** The official OpenAI SDK on `/v1/chat/completions`. */
export function openAiChat(door: Door): Client {
  const openai = new OpenAI({ baseURL: `${door.url}/v1`, apiKey: door.key, maxRetries: 0 })
  const send = async (request: ChatRequest, isStream: boolean): Promise<OpenAI.ChatCompletion> =>
    isStream
      ? await openai.chat.completions
          .stream({ ...request, stream: true, stream_options: { include_usage: true } })
          .finalChatCompletion()
      : await openai.chat.completions.create(request)

  return {
    name: 'openai · chat',
    async ask(model, ask) {
      const request = chatRequest(model, ask)
      const first = await send(request, ask.isStream === true)
      const message = first.choices[0]?.message
      if (!ask.results || !message?.tool_calls) return fromChat(first)
      const results = message.tool_calls.map(call => ({
        role: 'tool' as const,
        tool_call_id: call.id,
        content: resultOf(ask, call.type === 'function' ? call.function.name : ''),
      }))
      const { role, content, tool_calls } = message
      const messages = [...request.messages, { role, content, tool_calls }, ...results]
      return fromChat(await send({ ...request, messages }, ask.isStream === true))
    },
  }
}

function chatRequest(model: string, ask: Ask): ChatRequest {
  const text = { type: 'text' as const, text: ask.text }
  const image = { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${ask.image}` } }
  return {
    model,
    messages: [
      ...(ask.system === undefined ? [] : [{ role: 'system' as const, content: ask.system }]),
      { role: 'user', content: ask.image === undefined ? ask.text : [text, image] },
    ],
    ...(ask.maxTokens === undefined ? {} : { max_completion_tokens: ask.maxTokens }),
    ...(ask.tools && {
      tools: ask.tools.map(({ name, schema }) => ({
        type: 'function' as const,
        function: { name, parameters: { ...schema } },
      })),
    }),
    ...(ask.schema && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'answer', strict: true, schema: { ...ask.schema } },
      },
    }),
    ...(ask.effort && { reasoning_effort: ask.effort }),
  }
}

function fromChat({ choices, usage }: OpenAI.ChatCompletion): Said {
  const choice = choices[0]
  return {
    text: choice?.message.content ?? '',
    calls: (choice?.message.tool_calls ?? []).map(call =>
      call.type === 'function'
        ? { name: call.function.name, input: JSON.parse(call.function.arguments) as unknown }
        : { name: '', input: undefined },
    ),
    end: ends[choice?.finish_reason ?? ''] ?? 'other',
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
  }
}

/** The official OpenAI SDK on `/v1/responses`. */
export function openAiResponses(door: Door): Client {
  const openai = new OpenAI({ baseURL: `${door.url}/v1`, apiKey: door.key, maxRetries: 0 })
  const send = async (request: ResponseRequest, isStream: boolean): Promise<OpenAI.Responses.Response> =>
    isStream
      ? await openai.responses.stream({ ...request, stream: true }).finalResponse()
      : await openai.responses.create(request)

  return {
    name: 'openai · responses',
    async ask(model, ask) {
      const request = responseRequest(model, ask)
      const first = await send(request, ask.isStream === true)
      const calls = first.output.filter(item => item.type === 'function_call')
      if (!ask.results || calls.length === 0) return fromResponse(first)
      const results = calls.map(call => ({
        type: 'function_call_output' as const,
        call_id: call.call_id,
        output: resultOf(ask, call.name),
      }))
      const input = [...(request.input as OpenAI.Responses.ResponseInput), ...calls, ...results]
      return fromResponse(await send({ ...request, input }, ask.isStream === true))
    },
  }
}

function responseRequest(model: string, ask: Ask): ResponseRequest {
  const text = { type: 'input_text' as const, text: ask.text }
  const image = {
    type: 'input_image' as const,
    detail: 'auto' as const,
    image_url: `data:image/png;base64,${ask.image}`,
  }
  return {
    model,
    store: false,
    input: [{ role: 'user', content: ask.image === undefined ? ask.text : [text, image] }],
    ...(ask.system === undefined ? {} : { instructions: ask.system }),
    ...(ask.maxTokens === undefined ? {} : { max_output_tokens: ask.maxTokens }),
    ...(ask.tools && {
      tools: ask.tools.map(({ name, schema }) => ({
        type: 'function' as const,
        name,
        strict: false,
        parameters: { ...schema },
      })),
    }),
    ...(ask.schema && {
      text: {
        format: { type: 'json_schema' as const, name: 'answer', strict: true, schema: { ...ask.schema } },
      },
    }),
    ...(ask.effort && { reasoning: { effort: ask.effort } }),
  }
}

function fromResponse(response: OpenAI.Responses.Response): Said {
  const calls = response.output.flatMap(item =>
    item.type === 'function_call' ? [{ name: item.name, input: JSON.parse(item.arguments) as unknown }] : [],
  )
  const isCut = response.incomplete_details?.reason === 'max_output_tokens'
  const isWhole = response.status === 'completed'
  return {
    text: response.output
      .flatMap(item => (item.type === 'message' ? item.content : []))
      .map(part => (part.type === 'output_text' ? part.text : ''))
      .join(''),
    calls,
    end: isCut ? 'length' : !isWhole ? 'other' : calls.length > 0 ? 'tools' : 'stop',
    inputTokens: response.usage?.input_tokens ?? 0,
    outputTokens: response.usage?.output_tokens ?? 0,
  }
}
