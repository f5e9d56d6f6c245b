import { asWords, ownEntry } from '../../../foundation/platform/index.ts'
import { readDataUrl } from '../data-url.ts'
import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

/** A block of a Converse message. */
export type Block = Readonly<Record<string, unknown>>

const textFields = new Set(['type', 'text', 'cache_control'])
const imageFields = new Set(['type', 'image_url', 'cache_control'])
const imageUrlFields = new Set(['url', 'detail'])
const fileFields = new Set(['type', 'file', 'cache_control'])
const fileDataFields = new Set(['file_data', 'filename'])

const imageFormats: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
}

const documentFormats: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
}

/**
 * The content of an OpenAI message as Converse's blocks. Empty texts are left out, since models refuse them. `allowed`
 * names the part types that the role may carry.
 */
export function toBlocks(
  content: unknown,
  path: string,
  allowed: 'text' | 'text and refusal' | 'all',
): Block[] {
  if (content === null || content === undefined || content === '') return []
  if (typeof content === 'string') return [{ text: content }]
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
    return part['text'] === '' ? [] : [{ text: part['text'] }, ...cachePoint(part)]
  }
  if (type === 'refusal' && allowed === 'text and refusal') return [{ text: asWords(part['refusal']) }]
  if (allowed === 'all' && type === 'image_url') return [toImage(part, path), ...cachePoint(part)]
  if (allowed === 'all' && type === 'file') return [toDocument(part, path), ...cachePoint(part)]
  throw unsupported(
    `${path}.type`,
    `Parts of type \`${asWords(type)}\` cannot be sent ${allowed === 'all' ? 'to it' : 'in this role'}.`,
  )
}

function toImage(part: JsonObject, path: string): Block {
  refuseOthers(part, imageFields, path)
  const image = asObject(part['image_url'])
  const url = image?.['url']
  const parameter = `${path}.image_url.url`
  if (!image || typeof url !== 'string') throw invalid(parameter, `\`${parameter}\` must be a data URL.`)
  refuseOthers(image, imageUrlFields, `${path}.image_url`)
  if (image['detail'] === 'low') {
    throw unsupported(`${path}.image_url.detail`, 'It reads every image in full; send a smaller one instead.')
  }
  if (!url.startsWith('data:')) {
    throw unsupported(parameter, 'It fetches no images: send the image itself as a data URL.')
  }
  const { mediaType, data } = readDataUrl(url, parameter)
  const format = ownEntry(imageFormats, mediaType)
  if (!format) throw unsupported(parameter, 'Images are PNG, JPEG, GIF or WebP.')
  return { image: { format, source: { bytes: data } } }
}

function toDocument(part: JsonObject, path: string): Block {
  refuseOthers(part, fileFields, path)
  const file = asObject(part['file'])
  const given = file?.['file_data']
  if (!file || typeof given !== 'string') {
    throw unsupported(`${path}.file`, 'Send the file itself in `file_data`, as a data URL.')
  }
  refuseOthers(file, fileDataFields, `${path}.file`)
  const { mediaType, data } = readDataUrl(given, `${path}.file.file_data`)
  const format = ownEntry(documentFormats, mediaType)
  if (!format) {
    const known = [...new Set(Object.values(documentFormats))].join(', ')
    throw unsupported(`${path}.file.file_data`, `Documents are of the formats ${known}.`)
  }
  return { document: { format, name: documentName(file['filename']), source: { bytes: data } } }
}

/** Bedrock takes letters, digits, single blanks, hyphens, parentheses and brackets only. */
function documentName(filename: unknown): string {
  if (typeof filename !== 'string') return 'document'
  const plain = filename
    .replace(/\.\w{1,5}$/, '')
    .replace(/[^a-zA-Z0-9\s\-()[\]]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
  return plain.slice(0, 200) || 'document'
}

/** Anthropic's mark on a part is a block of its own after it: everything up to there is cached. */
export function cachePoint(part: JsonObject): Block[] {
  const control = asObject(part['cache_control'])
  if (!control) return []
  const { ttl } = control
  return [{ cachePoint: { type: 'default', ...(typeof ttl === 'string' ? { ttl } : {}) } }]
}
