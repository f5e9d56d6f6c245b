import { openAiLimitHeaders } from './limit-headers.ts'
import type { ReleaseConfig } from '../../../foundation/config/index.ts'
import { Failure, type FormFile } from '../../../foundation/platform/index.ts'
import type { Operation } from '../../providers/index.ts'
import type { Body, CheckedRequest, ClientDialect, ClientStream } from '../client-dialect.ts'
import { openAiErrors, untouchedEvents } from './openai-dialect.ts'
import { missing, wrongType } from './parameter-failures.ts'

type PassedOperation = Extract<
  Operation,
  | 'moderation'
  | 'rerank'
  | 'classification'
  | 'image'
  | 'image_edit'
  | 'image_variation'
  | 'speech'
  | 'transcription'
  | 'translation'
>

interface Rule {
  readonly accepts?: ClientDialect['accepts']
  /** What there must be beside `model`; the upstream, which knows its models, judges the rest. */
  readonly required: Readonly<Record<string, 'text' | 'list' | 'text or list'>>
  /** The field of the file that a form must have; `image` may come as `image[]` too. */
  readonly file?: string
  readonly isStreamable: boolean
}

const rules: Readonly<Record<PassedOperation, Rule>> = {
  moderation: { required: { input: 'text or list' }, isStreamable: false },
  classification: { required: { input: 'text or list' }, isStreamable: false },
  rerank: { required: { query: 'text', documents: 'list' }, isStreamable: false },
  image: { required: { prompt: 'text' }, isStreamable: true },
  image_edit: { accepts: 'json or form', required: { prompt: 'text' }, file: 'image', isStreamable: true },
  image_variation: { accepts: 'form', required: {}, file: 'image', isStreamable: false },
  speech: { required: { input: 'text' }, isStreamable: true },
  transcription: { accepts: 'form', required: {}, file: 'file', isStreamable: true },
  translation: { accepts: 'form', required: {}, file: 'file', isStreamable: false },
}

const shapes = { text: 'a string', list: 'an array', 'text or list': 'a string or an array' } as const

/**
 * An operation that goes to an upstream as the client sends it, and comes back as the upstream answers, bytes and all:
 * moderation, reranking, classification, images and sound, in OpenAI's shape (reranking in Cohere's, classification in
 * vLLM's).
 */
export function createPassThroughDialect(operation: PassedOperation): ClientDialect {
  const rule = rules[operation]
  return {
    operation,
    ...(rule.accepts ? { accepts: rule.accepts } : {}),
    check: (body, files) => check(body, files, rule, operation),
    applyRelease: (body, release, service) => applyRelease(body, release, service),
    limitHeaders: openAiLimitHeaders,
    openStream: ({ request }) =>
      operation === 'speech' && request['stream_format'] !== 'sse' ? sound : untouchedEvents,
    errors: openAiErrors,
  }
}

function check(
  body: Body,
  files: readonly FormFile[] | undefined,
  rule: Rule,
  operation: PassedOperation,
): CheckedRequest {
  const { model } = body
  if (model === undefined || model === null || model === '')
    throw missing('model', 'you must provide a model parameter')
  if (typeof model !== 'string') throw wrongType('model', 'a string', model)
  for (const [name, shape] of Object.entries(rule.required)) checkField(name, body[name], shape)
  if (files && rule.file !== undefined) checkFile(rule.file, body, files)
  const isStream = readFlag('stream', body['stream'], files !== undefined)
  if (isStream && !rule.isStreamable) {
    const message = 'This endpoint does not stream. Leave `stream` out.'
    throw new Failure('unsupported_parameter', message, { details: { parameter: 'stream' } })
  }
  // sound is sent on while it is made, whether the client asks for events or not
  return { model, isStream: isStream || operation === 'speech' }
}

function checkField(name: string, value: unknown, shape: keyof typeof shapes): void {
  if (value === undefined || value === null) throw missing(name)
  const isText = typeof value === 'string' && shape !== 'list'
  const isList = Array.isArray(value) && shape !== 'text'
  if (!isText && !isList) throw wrongType(name, shapes[shape], value)
}

function checkFile(name: string, body: Body, files: readonly FormFile[]): void {
  if (files.some(({ field }) => field === name || field === `${name}[]`)) return
  if (body[name] !== undefined) throw wrongType(name, 'a file', body[name])
  throw missing(name)
}

/** In a form everything is text. */
function readFlag(name: string, value: unknown, isForm: boolean): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'boolean') return value
  if (isForm && typeof value === 'string') {
    if (/^(?:true|1)$/i.test(value)) return true
    if (/^(?:false|0|)$/i.test(value)) return false
  }
  throw wrongType(name, 'a boolean', value)
}

function applyRelease(body: Body, release: ReleaseConfig, service: string): Body {
  if (release.prompt?.system !== undefined) {
    const message = `The service ${service} has a system prompt, which this endpoint cannot carry. Use /v1/chat/completions.`
    throw new Failure('invalid_request', message, { details: { parameter: 'model' } })
  }
  const added = Object.entries(release.parameters ?? {}).filter(([name]) => body[name] === undefined)
  return added.length === 0 ? body : { ...body, ...Object.fromEntries(added) }
}

/** Bytes as they come; nothing can be said in the middle of sound. */
const sound: ClientStream = { push: bytes => bytes, end: () => undefined, fail: () => undefined }
