import { asWords } from '../../../foundation/platform/index.ts'
import { readDataUrl } from '../data-url.ts'
import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

/** A block of an Anthropic message. */
export type Block = Readonly<Record<string, unknown>>

const textFields = new Set(['type', 'text', 'cache_control'])
const imageFields = new Set(['type', 'image_url', 'cache_control'])
const imageUrlFields = new Set(['url', 'detail'])
const fileFields = new Set(['type', 'file', 'cache_control'])
const fileDataFields = new Set(['file_data', 'filename'])

/**
 * The content of an OpenAI message as Anthropic's blocks. Empty texts are left out, since Anthropic refuses them.
 * `allowed` names the part types that the role may carry.
 */
export function toBlocks(
  content: unknown,
  path: string,
  allowed: 'text' | 'text and refusal' | 'all',
): Block[] {
  if (content === null || content === undefined || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const parts = asList(content)
  if (!parts) throw invalid(path, `\`${path}\` must be a string or a list of parts.`)
  return parts.flatMap((given, index) => toBlock(given, `${path}[${index}]`, allowed))
}

function toBlock(given: unknown, path: string, allowed: 'text' | 'text and refusal' | 'all'): Block[] {
  const part = asObject(given)
  if (!part) throw invalid(path, `\`${path}\` must be an object with a \`type\`.`)
  const { type } = part
  if (type === 'text') {
    refuseOthers(part, textFields, path)
    if (typeof part['text'] !== 'string') throw invalid(`${path}.text`, `\`${path}.text\` must be a string.`)
    return part['text'] === '' ? [] : [{ type: 'text', text: part['text'], ...cacheControl(part) }]
  }
  if (type === 'refusal' && allowed === 'text and refusal') {
    return [{ type: 'text', text: asWords(part['refusal']) }]
  }
  if (allowed === 'all' && type === 'image_url') return [toImage(part, path)]
  if (allowed === 'all' && type === 'file') return [toDocument(part, path)]
  throw unsupported(
    `${path}.type`,
    `Parts of type \`${asWords(type)}\` cannot be sent ${allowed === 'all' ? 'to it' : 'in this role'}.`,
  )
}

function toImage(part: JsonObject, path: string): Block {
  refuseOthers(part, imageFields, path)
  const image = asObject(part['image_url'])
  const url = image?.['url']
  if (!image || typeof url !== 'string') {
    throw invalid(`${path}.image_url.url`, `\`${path}.image_url.url\` must be a URL or a data URL.`)
  }
  refuseOthers(image, imageUrlFields, `${path}.image_url`)
  if (image['detail'] === 'low') {
    throw unsupported(`${path}.image_url.detail`, 'It reads every image in full; send a smaller one instead.')
  }
  if (!url.startsWith('data:')) {
    return { type: 'image', source: { type: 'url', url }, ...cacheControl(part) }
  }
  return { type: 'image', source: toBase64Source(url, `${path}.image_url.url`), ...cacheControl(part) }
}

function toDocument(part: JsonObject, path: string): Block {
  refuseOthers(part, fileFields, path)
  const file = asObject(part['file'])
  const data = file?.['file_data']
  if (!file || typeof data !== 'string') {
    throw unsupported(`${path}.file`, 'Send the file itself in `file_data`, as a data URL of a PDF.')
  }
  refuseOthers(file, fileDataFields, `${path}.file`)
  const title = file['filename']
  return {
    type: 'document',
    source: toBase64Source(data, `${path}.file.file_data`),
    ...(typeof title === 'string' ? { title } : {}),
    ...cacheControl(part),
  }
}

function toBase64Source(url: string, path: string): Block {
  const { mediaType, data } = readDataUrl(url, path)
  return { type: 'base64', media_type: mediaType, data }
}

export function cacheControl(part: JsonObject): Block {
  const given = part['cache_control']
  return given === undefined || given === null ? {} : { cache_control: given }
}
