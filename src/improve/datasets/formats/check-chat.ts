import type { FileFormat } from './format.ts'

/** What is wrong with a row of OpenAI's formats; `undefined` where nothing is. */
export type CheckRow = (
  row: Readonly<Record<string, unknown>>,
) => { readonly what: string; readonly mend: string } | undefined

const roles = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

/** A row of a chat fine-tuning file: `messages`, and maybe `tools` and `parallel_tool_calls`. */
export const checkChat: CheckRow = row =>
  checkMessages(row['messages'], 'messages') ??
  checkTools(row['tools'], 'tools') ??
  checkAnswer(row['messages'], 'messages')

/** A row of a preference file (DPO): an `input`, and two answers of which one is preferred. */
export const checkPreference: CheckRow = row => {
  const input = row['input']
  if (!isObject(input)) return { what: '`input` is no object', mend: 'It has to hold `messages`.' }
  return (
    checkMessages(input['messages'], 'input.messages') ??
    checkTools(input['tools'], 'input.tools') ??
    checkMessages(row['preferred_output'], 'preferred_output') ??
    checkAnswer(row['preferred_output'], 'preferred_output') ??
    checkMessages(row['non_preferred_output'], 'non_preferred_output') ??
    checkAnswer(row['non_preferred_output'], 'non_preferred_output')
  )
}

/** A row of OpenAI Evals: an `input`, as text or messages, and the `ideal` answer or answers. */
export const checkEval: CheckRow = row => {
  const { input, ideal } = row
  if (typeof input !== 'string') {
    const fault = checkMessages(input, 'input')
    if (fault) return fault
  }
  if (typeof ideal === 'string' || isListOfTexts(ideal)) return undefined
  return {
    what: '`ideal` is neither a text nor a list of texts',
    mend: 'Write the answer that is wanted, or a list of them.',
  }
}

export const checkEvalItem: CheckRow = ({ item, sample }) => {
  if (!isObject(item)) return { what: '`item` is no object', mend: 'Each line has to be {"item": {…}}.' }
  if (Object.hasOwn(item, 'sample') && sample !== undefined)
    return {
      what: '`item` has a member `sample`, and the line has one too',
      mend: 'Rename the one in `item`.',
    }
  return sample === undefined || isObject(sample)
    ? undefined
    : { what: '`sample` is no object', mend: 'Leave it out, or write the sample of the Evals API.' }
}

export const rowChecks: Partial<Readonly<Record<FileFormat, CheckRow>>> = {
  'openai-chat': checkChat,
  'openai-preference': checkPreference,
  'openai-evals': checkEval,
  'openai-eval-items': checkEvalItem,
}

function checkMessages(value: unknown, name: string): ReturnType<CheckRow> {
  if (!Array.isArray(value) || value.length === 0)
    return {
      what: `\`${name}\` is no list of messages`,
      mend: 'It has to hold at least one {"role": …, "content": …}.',
    }
  for (const [index, message] of value.entries()) {
    const where = `\`${name}[${index}]\``
    if (!isObject(message))
      return { what: `${where} is no object`, mend: 'A message is {"role": …, "content": …}.' }
    const { role, content } = message
    if (typeof role !== 'string' || !roles.has(role))
      return {
        what: `${where} has the role ${JSON.stringify(role ?? null)?.slice(0, 40)}`,
        mend: `A role is one of ${[...roles].join(', ')}.`,
      }
    const calls = message['tool_calls'] ?? message['function_call']
    const mayBeEmpty = role === 'assistant' && (calls !== undefined || message['refusal'] !== undefined)
    if (
      typeof content !== 'string' &&
      !isListOfParts(content) &&
      !(mayBeEmpty && (content === null || content === undefined))
    )
      return {
        what: `${where} has no content`,
        mend: 'Content is a text or a list of parts; only an assistant that calls tools may leave it out.',
      }
    if (role === 'tool' && typeof message['tool_call_id'] !== 'string')
      return {
        what: `${where} answers a tool call and does not say which`,
        mend: 'Give it a `tool_call_id`.',
      }
    const weight = message['weight']
    if (weight !== undefined && weight !== 0 && weight !== 1)
      return {
        what: `${where} has a weight that is neither 0 nor 1`,
        mend: 'Weights of messages are 0 or 1.',
      }
  }
  return undefined
}

function checkAnswer(messages: unknown, name: string): ReturnType<CheckRow> {
  const list: unknown[] = Array.isArray(messages) ? messages : []
  return list.some(message => isObject(message) && message['role'] === 'assistant')
    ? undefined
    : {
        what: `\`${name}\` has no message of the assistant`,
        mend: 'There is nothing to learn from it: add the answer.',
      }
}

function checkTools(tools: unknown, name: string): ReturnType<CheckRow> {
  if (tools === undefined || tools === null) return undefined
  const isFine =
    Array.isArray(tools) && tools.every(tool => isObject(tool) && typeof tool['type'] === 'string')
  return isFine
    ? undefined
    : { what: `\`${name}\` is no list of tools`, mend: 'A tool is {"type": "function", "function": {…}}.' }
}

function isListOfParts(value: unknown): boolean {
  return Array.isArray(value) && value.every(part => isObject(part) && typeof part['type'] === 'string')
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(entry => typeof entry === 'string')
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
