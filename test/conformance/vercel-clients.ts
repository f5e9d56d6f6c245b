import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import {
  generateText,
  jsonSchema,
  type LanguageModel,
  Output,
  stepCountIs,
  streamText,
  type ToolSet,
} from 'ai'
import { resultOf, type Ask, type Client, type Door, type Said } from './client.ts'

const ends: Readonly<Record<string, Said['end']>> = { stop: 'stop', length: 'length', 'tool-calls': 'tools' }

/** The Vercel AI SDK, through its own providers for OpenAI and Anthropic. */
export function vercelClients({ url, key }: Door): Client[] {
  const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: key })
  const anthropic = createAnthropic({ baseURL: `${url}/v1`, apiKey: key })
  return [
    vercel('ai-sdk · chat', model => openai.chat(model)),
    vercel('ai-sdk · responses', model => openai.responses(model)),
    vercel('ai-sdk · messages', model => anthropic(model)),
  ]
}

function vercel(name: string, modelOf: (model: string) => LanguageModel): Client {
  return {
    name,
    async ask(model, ask) {
      const options = {
        model: modelOf(model),
        maxRetries: 0,
        messages: [
          {
            role: 'user' as const,
            content: [
              { type: 'text' as const, text: ask.text },
              ...(ask.image === undefined
                ? []
                : [{ type: 'image' as const, image: ask.image, mediaType: 'image/png' }]),
            ],
          },
        ],
        maxOutputTokens: ask.maxTokens ?? 200,
        ...(ask.system === undefined ? {} : { system: ask.system }),
        ...(ask.tools && { tools: toolsOf(ask), stopWhen: stepCountIs(2) }),
        ...(ask.schema && { output: Output.object({ schema: jsonSchema(ask.schema) }) }),
        providerOptions: {
          // it guesses what a model can do from its name, which here is the name of a service
          openai: {
            store: false,
            ...(ask.effort && { forceReasoning: true, reasoningEffort: ask.effort }),
          },
          anthropic: {
            structuredOutputMode: 'outputFormat',
            ...(ask.effort && { effort: ask.effort }),
          },
        },
      }
      if (ask.isStream !== true) return await saidBy(await generateText(options))
      let broken: unknown
      const streamed = streamText({ ...options, onError: ({ error }) => void (broken = error) })
      await streamed.consumeStream()
      if (broken !== undefined) throw broken instanceof Error ? broken : new Error(JSON.stringify(broken))
      return await saidBy(streamed)
    },
  }
}

function toolsOf(ask: Ask): ToolSet {
  return Object.fromEntries(
    (ask.tools ?? []).map(({ name, schema }) => [
      name,
      {
        inputSchema: jsonSchema(schema),
        ...(ask.results && { execute: () => Promise.resolve(resultOf(ask, name)) }),
      },
    ]),
  ) as ToolSet
}

interface Result {
  readonly text: string | PromiseLike<string>
  readonly toolCalls: Listed | PromiseLike<Listed>
  readonly finishReason: string | PromiseLike<string>
  readonly usage: Usage | PromiseLike<Usage>
}
type Listed = readonly { readonly toolName: string; readonly input: unknown }[]
interface Usage {
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
}

async function saidBy(result: Result): Promise<Said> {
  const usage = await result.usage
  return {
    text: await result.text,
    calls: (await result.toolCalls).map(({ toolName, input }) => ({ name: toolName, input })),
    end: ends[await result.finishReason] ?? 'other',
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
  }
}
