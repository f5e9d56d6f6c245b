import { Template } from '@huggingface/jinja'
import { invalid, RequestError } from './request-error.ts'
import type { ChatMessage } from './request.ts'

export interface Tokenizer {
  /** `withSpecial` reads the text of special tokens as those tokens. */
  tokenize(text: string, withSpecial: boolean): readonly number[]
  isSpecial(token: number): boolean
  readonly begin: { readonly token: number; readonly text: string } | undefined
  readonly endText: string | undefined
  readonly isBeginPrepended: boolean
}

/** Renders messages exactly as the model's own template says, up to where the assistant starts to write. */
export type ChatTemplate = (
  messages: readonly ChatMessage[],
  variables: Readonly<Record<string, unknown>>,
) => readonly number[]

/** `source` is the Jinja text from the model file; `undefined` where it has none. */
export function createChatTemplate(source: string | undefined, tokenizer: Tokenizer): ChatTemplate {
  if (source === undefined) {
    return () => {
      throw new RequestError(
        400,
        'unsupported_operation',
        'The file of this model has no chat template, so it cannot answer chats. Use /v1/completions.',
      )
    }
  }
  const template = new Template(source)
  return (messages, variables) => {
    const rendered = render(template, messages, variables, tokenizer)
    return withBegin(tokenizer, tokenizeRendered(rendered, messages, tokenizer))
  }
}

/** Adds the token that begins a text, where the model wants it and it is not there. */
export function withBegin(tokenizer: Tokenizer, tokens: readonly number[]): readonly number[] {
  const { begin, isBeginPrepended } = tokenizer
  if (begin === undefined || !isBeginPrepended || tokens[0] === begin.token) return tokens
  return [begin.token, ...tokens]
}

function render(
  template: Template,
  messages: readonly ChatMessage[],
  variables: Readonly<Record<string, unknown>>,
  tokenizer: Tokenizer,
): string {
  try {
    return template.render({
      ...variables,
      messages,
      add_generation_prompt: true,
      bos_token: tokenizer.begin?.text ?? '',
      eos_token: tokenizer.endText ?? '',
    })
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw invalid('messages', `The chat template of the model refused the messages: ${problem}`)
  }
}

/**
 * What a client wrote is never read as special tokens, so that a message cannot forge the end of its turn. Only where
 * a message holds the text of one is the rendered prompt cut at that message; else it is tokenized whole, as trained.
 */
function tokenizeRendered(
  rendered: string,
  messages: readonly ChatMessage[],
  tokenizer: Tokenizer,
): number[] {
  const result: number[] = []
  let from = 0
  let position = 0
  for (const { content } of messages) {
    const text = content.trim()
    const at = rendered.indexOf(text, position)
    if (text === '' || at < 0) continue
    position = at + text.length
    if (!tokenizer.tokenize(text, true).some(token => tokenizer.isSpecial(token))) continue
    for (const token of tokenizer.tokenize(rendered.slice(from, at), true)) result.push(token)
    for (const token of tokenizer.tokenize(text, false)) result.push(token)
    from = position
  }
  for (const token of tokenizer.tokenize(rendered.slice(from), true)) result.push(token)
  return result
}
