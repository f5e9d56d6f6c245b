import { createHash } from 'node:crypto'
import { Failure, parseObject, asWords } from '../../foundation/platform/index.ts'
import type { BatchError } from './batch.ts'
import { type Line, readLines } from './read-lines.ts'

/** One call of a batch. */
export interface BatchCall {
  readonly customId: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface ValidationOptions {
  readonly endpoint: string
  readonly maxLines: number
  readonly lineLimitBytes: number
  /** Why the service cannot be called; `undefined` where it can. */
  readonly findProblem: (service: string) => string | undefined
}

export interface Validation {
  readonly total: number
  readonly errors: readonly BatchError[]
}

const mostErrors = 100

/** Reads the whole input once, before anything costs money. Holds a hash of each `custom_id` and no line. */
export async function validateInput(
  content: ReadableStream<Uint8Array>,
  options: ValidationOptions,
): Promise<Validation> {
  const errors: BatchError[] = []
  const seen = new Set<string>()
  let total = 0
  try {
    for await (const line of readLines(content, { offset: 0, number: 1 }, options.lineLimitBytes)) {
      total += 1
      if (total > options.maxLines) {
        const message = `The input has more than ${options.maxLines} lines. Split it into several batches.`
        errors.push({ code: 'too_many_tasks', message, param: null, line: line.number })
        break
      }
      const problem = findLineProblem(line, seen, options)
      if (problem) errors.push({ ...problem, line: line.number })
      if (errors.length >= mostErrors) break
    }
  } catch (error) {
    if (!(error instanceof Failure) || typeof error.details['line'] !== 'number') throw error
    const { message } = error
    errors.push({ code: 'request_too_large', message, param: null, line: error.details['line'] })
  }
  if (total === 0 && errors.length === 0) {
    const message = 'The input has no lines. Put one request on each line.'
    errors.push({ code: 'empty_file', message, param: null, line: null })
  }
  return { total, errors }
}

function findLineProblem(
  line: Line,
  seen: Set<string>,
  { endpoint, findProblem }: ValidationOptions,
): Omit<BatchError, 'line'> | undefined {
  const say = (code: string, param: string | null, message: string) => ({ code, param, message })
  let request: Readonly<Record<string, unknown>>
  try {
    request = parseObject(line.text)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return say('invalid_json_line', null, 'This line is not a JSON object. Put one request on each line.')
  }
  const { custom_id: customId, method, url, body } = request
  if (typeof customId !== 'string' || customId === '' || customId.length > 512)
    return say(
      'missing_required_parameter',
      'custom_id',
      'Give each line a `custom_id` of 1 to 512 characters.',
    )
  const hash = createHash('sha256').update(customId).digest('base64').slice(0, 24)
  if (seen.has(hash))
    return say('duplicate_custom_id', 'custom_id', 'Another line has this `custom_id`. Make each one unique.')
  seen.add(hash)
  if (method !== 'POST') return say('invalid_method', 'method', 'The `method` must be `POST`.')
  if (url !== endpoint)
    return say('invalid_url', 'url', `The \`url\` must be \`${endpoint}\`, the endpoint of this batch.`)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return say('invalid_request', 'body', 'The `body` must be the JSON object of the request.')
  const { model, stream } = body as Record<string, unknown>
  if (typeof model !== 'string')
    return say('missing_required_parameter', 'body.model', 'The `body` must name a service in `model`.')
  if (stream === true)
    return say('invalid_request', 'body.stream', 'A batch cannot stream. Leave `stream` out.')
  const problem = findProblem(model)
  return problem === undefined ? undefined : say('model_not_found', 'body.model', problem)
}

/** A line that was validated. */
export function readCall(line: Line): BatchCall {
  const { custom_id: customId, body } = parseObject(line.text)
  return { customId: asWords(customId), body: body as BatchCall['body'] }
}
