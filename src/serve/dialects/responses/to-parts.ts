import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import { invalid, isGiven, refuseOthers, unsupported } from './refuse.ts'

const textFields = new Set(['type', 'text'])
const imageFields = new Set(['type', 'image_url', 'file_id', 'detail'])
const fileFields = new Set(['type', 'file_id', 'filename', 'file_data', 'file_url', 'detail'])
const audioFields = new Set(['type', 'input_audio'])
const outputFields = new Set(['type', 'text', 'annotations', 'logprobs'])
const refusalFields = new Set(['type', 'refusal'])

/** The content of a message that is not the assistant's, or the output of a function; one text stays a string. */
export function toUserContent(content: unknown, path: string): unknown {
  if (typeof content === 'string') return content
  const parts = readList(content, path).map((part, index) => toUserPart(part, `${path}[${index}]`))
  return parts.length === 1 && parts[0]?.['type'] === 'text' ? parts[0]['text'] : parts
}

/** What the assistant said before. Annotations and log-probabilities were remarks on it, not part of it. */
export function toAssistantParts(content: unknown, path: string): Body[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return readList(content, path).map((part, index) => {
    const at = `${path}[${index}]`
    const { type } = part
    if (type === 'output_text' || type === 'input_text') {
      refuseOthers(part, outputFields, at)
      return { type: 'text', text: textOf(part, 'text', at) }
    }
    if (type === 'refusal') {
      refuseOthers(part, refusalFields, at)
      return { type: 'refusal', refusal: textOf(part, 'refusal', at) }
    }
    throw unsupported(`${at}.type`, `The assistant cannot have sent a part of type \`${asWords(type)}\`.`)
  })
}

function toUserPart(part: Body, path: string): Body {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
      refuseOthers(part, part['type'] === 'input_text' ? textFields : outputFields, path)
      return { type: 'text', text: textOf(part, 'text', path) }
    case 'input_image':
      return toImage(part, path)
    case 'input_file':
      return toFile(part, path)
    case 'input_audio':
      refuseOthers(part, audioFields, path)
      return { type: 'input_audio', input_audio: part['input_audio'] }
    default:
      throw unsupported(`${path}.type`, `It reads no parts of type \`${asWords(part['type'])}\`.`)
  }
}

function toImage(part: Body, path: string): Body {
  refuseOthers(part, imageFields, path)
  if (isGiven(part['file_id'])) {
    throw unsupported(`${path}.file_id`, 'Send the image itself in `image_url`, as a URL or a data URL.')
  }
  const { detail } = part
  const image = { url: textOf(part, 'image_url', path), ...(isGiven(detail) ? { detail } : {}) }
  return { type: 'image_url', image_url: image }
}

function toFile(part: Body, path: string): Body {
  refuseOthers(part, fileFields, path)
  for (const name of ['file_url', 'detail']) {
    if (isGiven(part[name])) throw unsupported(`${path}.${name}`, 'Send the file itself in `file_data`.')
  }
  const fields = ['file_id', 'filename', 'file_data'].filter(name => isGiven(part[name]))
  return { type: 'file', file: Object.fromEntries(fields.map(name => [name, part[name]])) }
}

function readList(content: unknown, path: string): Body[] {
  const list = asList(content)
  if (!list) throw invalid(path, `\`${path}\` must be a string or a list of parts.`)
  return list.map((entry, index) => {
    const part = asObject(entry)
    if (!part) throw invalid(`${path}[${index}]`, `\`${path}[${index}]\` must be an object with a \`type\`.`)
    return part
  })
}

function textOf(part: Body, name: string, path: string): string {
  const value = part[name]
  if (typeof value !== 'string') throw invalid(`${path}.${name}`, `\`${path}.${name}\` must be a string.`)
  return value
}
