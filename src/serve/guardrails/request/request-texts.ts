import type { Stage } from '../check.ts'
import { asList, asObject, asText, type JsonObject } from '../../providers/index.ts'
import { type Path, wordless } from '../tree.ts'

/** A text of a request: where it stands in the body, and what it is. */
export interface RequestText {
  readonly path: Path
  readonly text: string
  readonly stage: Stage
  /** `json`: the arguments of a call, as a text that holds JSON. */
  readonly form: 'text' | 'json'
  /** The place holds a JSON value, of which the text is the JSON. */
  readonly isValue?: true
  /** The tool whose arguments it is. */
  readonly tool?: string | undefined
}

export interface FoundTexts {
  readonly texts: readonly RequestText[]
  /** Parts that no check of texts can look into: pictures, sound, files, token numbers. */
  readonly opaque: number
  /** Whether a text may hide in them that a model reads as such. */
  readonly hasTokens: boolean
}

class Finder {
  readonly texts: RequestText[] = []
  opaque = 0
  hasTokens = false

  add(text: unknown, stage: Stage, path: Path, form: 'text' | 'json' = 'text', tool?: unknown): void {
    if (typeof text !== 'string' || text === '') return
    this.texts.push({ path, text, stage, form, tool: asText(tool) })
  }

  /** Arguments that are there as a value. */
  addValue(value: unknown, path: Path, tool?: unknown): void {
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return
    const text = JSON.stringify(value)
    this.texts.push({ path, text, stage: 'tool_call', form: 'json', isValue: true, tool: asText(tool) })
  }

  /** A text, or a list of texts; numbers in it are tokens. */
  addPrompt(prompt: unknown, stage: Stage, path: Path): void {
    if (!Array.isArray(prompt)) return this.add(prompt, stage, path)
    prompt.forEach((one: unknown, index) => {
      if (typeof one === 'number') this.hasTokens = true
      else this.addPrompt(one, stage, [...path, index])
    })
  }

  /** Every text in a value of which no more is known. */
  addAll(value: unknown, stage: Stage, path: Path): void {
    if (typeof value === 'string') return this.add(value, stage, path)
    for (const [key, member] of Object.entries(asObject(value) ?? {})) {
      if (!wordless.has(key)) this.addAll(member, stage, [...path, key])
    }
    asList(value)?.forEach((member, index) => this.addAll(member, stage, [...path, index]))
  }

  /** A text, or parts of which some are texts. */
  addContent(content: unknown, stage: Stage, path: Path): void {
    if (typeof content === 'string') return this.add(content, stage, path)
    asList(content)?.forEach((part, index) => this.addPart(asObject(part), stage, [...path, index]))
  }

  addPart(part: JsonObject | undefined, stage: Stage, path: Path): void {
    if (!part) return
    switch (part['type']) {
      case 'text':
      case 'input_text':
      case 'output_text':
        this.add(part['text'], stage, [...path, 'text'])
        return
      case 'refusal':
        this.add(part['refusal'], stage, [...path, 'refusal'])
        return
      case 'reasoning_text':
      case 'summary_text':
        this.add(part['text'], 'reasoning', [...path, 'text'])
        return
      case 'thinking':
        this.add(part['thinking'], 'reasoning', [...path, 'thinking'])
        return
      case 'tool_use':
      case 'server_tool_use':
      case 'mcp_tool_use':
        this.addValue(part['input'], [...path, 'input'], part['name'])
        return
      case 'tool_result':
      case 'mcp_tool_result':
        this.addContent(part['content'], 'context', [...path, 'content'])
        return
      case 'document': {
        const source = asObject(part['source'])
        if (source?.['type'] === 'text') this.add(source['data'], 'context', [...path, 'source', 'data'])
        else if (source?.['type'] === 'content') {
          this.addContent(source['content'], 'context', [...path, 'source', 'content'])
        } else this.opaque += 1
        for (const key of ['title', 'context']) this.add(part[key], 'context', [...path, key])
        return
      }
      case 'search_result':
        this.addContent(part['content'], 'context', [...path, 'content'])
        this.add(part['title'], 'context', [...path, 'title'])
        return
      case 'image':
      case 'image_url':
      case 'input_image':
      case 'input_audio':
      case 'file':
      case 'input_file':
      case 'video_url':
      case 'redacted_thinking':
        this.opaque += 1
        return
      default:
        this.addAll(part, stage, path)
    }
  }

  addMessage(message: JsonObject | undefined, path: Path): void {
    if (!message) return
    const { role, content } = message
    const isTool = role === 'tool' || role === 'function'
    this.addContent(content, isTool ? 'context' : 'input', [...path, 'content'])
    this.add(message['refusal'], 'input', [...path, 'refusal'])
    for (const key of ['reasoning_content', 'reasoning']) this.add(message[key], 'reasoning', [...path, key])
    this.addAll(message['reasoning_details'], 'reasoning', [...path, 'reasoning_details'])
    asList(message['tool_calls'])?.forEach((call, index) =>
      this.#addCall(asObject(call), [...path, 'tool_calls', index]),
    )
    const called = asObject(message['function_call'])
    this.add(
      called?.['arguments'],
      'tool_call',
      [...path, 'function_call', 'arguments'],
      'json',
      called?.['name'],
    )
  }

  #addCall(call: JsonObject | undefined, path: Path): void {
    const called = asObject(call?.['function'])
    const given = called?.['arguments']
    const at = [...path, 'function', 'arguments']
    if (typeof given === 'string') this.add(given, 'tool_call', at, 'json', called?.['name'])
    else this.addValue(given, at, called?.['name'])
    const custom = asObject(call?.['custom'])
    this.add(custom?.['input'], 'tool_call', [...path, 'custom', 'input'], 'text', custom?.['name'])
  }

  /** An item of a response: a message, a call, what a tool gave back, reasoning. */
  addItem(item: JsonObject | undefined, path: Path): void {
    const type = item?.['type'] ?? 'message'
    if (!item) return
    if (type === 'message') return this.addMessage(item, path)
    if (type === 'reasoning') {
      this.addContent(item['summary'], 'reasoning', [...path, 'summary'])
      return this.addContent(item['content'], 'reasoning', [...path, 'content'])
    }
    if (type === 'function_call')
      return this.add(item['arguments'], 'tool_call', [...path, 'arguments'], 'json', item['name'])
    if (type === 'custom_tool_call')
      return this.add(item['input'], 'tool_call', [...path, 'input'], 'text', item['name'])
    if (type === 'function_call_output' || type === 'custom_tool_call_output') {
      return this.addContent(item['output'], 'context', [...path, 'output'])
    }
    this.addAll(item, typeof type === 'string' && type.endsWith('_call') ? 'tool_call' : 'context', path)
  }
}

type Find = (body: JsonObject, finder: Finder) => void

const ofMessages: Find = (body, finder) => {
  finder.addContent(body['system'], 'input', ['system'])
  asList(body['messages'])?.forEach((message, index) =>
    finder.addMessage(asObject(message), ['messages', index]),
  )
}

const ofPrompt: Find = (body, finder) => {
  finder.addPrompt(body['prompt'], 'input', ['prompt'])
  finder.add(body['suffix'], 'input', ['suffix'])
}

const ofInput: Find = (body, finder) => {
  const { input } = body
  const isText = typeof input === 'string' || asList(input)?.every(one => typeof one !== 'object')
  if (isText) finder.addPrompt(input, 'input', ['input'])
  else
    asList(input)?.forEach((one, index) => {
      if (Array.isArray(one)) finder.addPrompt(one, 'input', ['input', index])
      else finder.addPart(asObject(one), 'input', ['input', index])
    })
}

const finders: Readonly<Record<string, Find>> = {
  chat: (body, finder) => {
    ofMessages(body, finder)
    finder.addContent(asObject(body['prediction'])?.['content'], 'input', ['prediction', 'content'])
    finder.addAll(body['documents'], 'context', ['documents'])
  },
  messages: ofMessages,
  count_tokens: ofMessages,
  tokenize: ofMessages,
  completion: ofPrompt,
  responses: (body, finder) => {
    finder.add(body['instructions'], 'input', ['instructions'])
    const { input } = body
    if (typeof input === 'string') return finder.add(input, 'input', ['input'])
    asList(input)?.forEach((item, index) => finder.addItem(asObject(item), ['input', index]))
    finder.addAll(asObject(body['prompt'])?.['variables'], 'input', ['prompt', 'variables'])
  },
  embedding: ofInput,
  moderation: ofInput,
  rerank: (body, finder) => {
    finder.add(body['query'], 'input', ['query'])
    finder.addAll(body['documents'], 'context', ['documents'])
  },
  speech: (body, finder) => {
    finder.add(body['input'], 'input', ['input'])
    finder.add(body['instructions'], 'input', ['instructions'])
  },
}

/** All that somebody says in a request, whatever API it is written for. */
export function requestTexts(operation: string, body: JsonObject): FoundTexts {
  const finder = new Finder()
  const find = Object.hasOwn(finders, operation) ? finders[operation] : undefined
  if (find) find(body, finder)
  // pictures, sound: a prompt, and files that no check of texts looks into
  else ofPrompt(body, finder)
  const { texts, opaque, hasTokens } = finder
  return { texts, opaque, hasTokens }
}
