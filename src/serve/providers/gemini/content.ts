import { asWords } from '../../../foundation/platform/index.ts'
import { readDataUrl } from '../data-url.ts'
import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { mediaTypeOf } from './media-type.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

/** A part of a Gemini content. */
export type Part = Readonly<Record<string, unknown>>

type Allowed = 'text' | 'text and refusal' | 'all'

const textFields = new Set(['type', 'text'])
const imageFields = new Set(['type', 'image_url'])
const imageUrlFields = new Set(['url', 'detail'])
const audioFields = new Set(['type', 'input_audio'])
const audioDataFields = new Set(['data', 'format'])
const fileFields = new Set(['type', 'file'])
const fileDataFields = new Set(['file_data', 'file_id', 'filename'])

/**
 * The content of an OpenAI message as Gemini's parts. Empty texts are left out, since Gemini refuses them. `allowed`
 * names the part types that the role may carry.
 */
export function toParts(content: unknown, path: string, allowed: Allowed): Part[] {
  if (content === null || content === undefined || content === '') return []
  if (typeof content === 'string') return [{ text: content }]
  const parts = asList(content)
  if (!parts) throw invalid(path, `\`${path}\` must be a string or a list of parts.`)
  return parts.flatMap((given, index) => toPart(given, `${path}[${index}]`, allowed))
}

function toPart(given: unknown, path: string, allowed: Allowed): Part[] {
  const part = asObject(given)
  if (!part) throw invalid(path, `\`${path}\` must be an object with a \`type\`.`)
  const { type } = part
  if (type === 'text') {
    // Gemini caches prompts by itself; Anthropic's marks ask for what happens anyway
    refuseOthers({ ...part, cache_control: null }, textFields, path)
    if (typeof part['text'] !== 'string') throw invalid(`${path}.text`, `\`${path}.text\` must be a string.`)
    return part['text'] === '' ? [] : [{ text: part['text'] }]
  }
  if (type === 'refusal' && allowed === 'text and refusal') return [{ text: asWords(part['refusal']) }]
  if (allowed === 'all' && type === 'image_url') return [toImage(part, path)]
  if (allowed === 'all' && type === 'input_audio') return [toAudio(part, path)]
  if (allowed === 'all' && type === 'file') return [toFile(part, path)]
  throw unsupported(
    `${path}.type`,
    `Parts of type \`${asWords(type)}\` cannot be sent ${allowed === 'all' ? 'to it' : 'in this role'}.`,
  )
}

function toImage(part: JsonObject, path: string): Part {
  refuseOthers({ ...part, cache_control: null }, imageFields, path)
  const image = asObject(part['image_url'])
  const url = image?.['url']
  const parameter = `${path}.image_url.url`
  if (!image || typeof url !== 'string')
    throw invalid(parameter, `\`${parameter}\` must be a URL or a data URL.`)
  refuseOthers(image, imageUrlFields, `${path}.image_url`)
  if (image['detail'] === 'low') {
    throw unsupported(`${path}.image_url.detail`, 'It reads every image in full; send a smaller one instead.')
  }
  return toData(url, parameter)
}

function toAudio(part: JsonObject, path: string): Part {
  refuseOthers({ ...part, cache_control: null }, audioFields, path)
  const audio = asObject(part['input_audio'])
  const data = audio?.['data']
  const format = audio?.['format']
  if (!audio || typeof data !== 'string' || typeof format !== 'string') {
    throw invalid(`${path}.input_audio`, `\`${path}.input_audio\` must have \`data\` and \`format\`.`)
  }
  refuseOthers(audio, audioDataFields, `${path}.input_audio`)
  return { inlineData: { mimeType: mediaTypeOf(`sound.${format}`) ?? `audio/${format}`, data } }
}

/** `file_id` is the address of a file that was given to Google, or that stands in Cloud Storage: `gs://…`. */
function toFile(part: JsonObject, path: string): Part {
  refuseOthers({ ...part, cache_control: null }, fileFields, path)
  const file = asObject(part['file'])
  if (!file) throw invalid(`${path}.file`, `\`${path}.file\` must be an object.`)
  refuseOthers(file, fileDataFields, `${path}.file`)
  const { file_data: data, file_id: id } = file
  if (typeof data === 'string') return toData(data, `${path}.file.file_data`)
  if (typeof id === 'string' && /^(?:https?|gs):\/\//.test(id)) return toData(id, `${path}.file.file_id`)
  throw unsupported(
    `${path}.file`,
    'Send the file itself in `file_data`, as a data URL, or its URL in `file_id`.',
  )
}

function toData(url: string, parameter: string): Part {
  if (!url.startsWith('data:')) {
    const mimeType = mediaTypeOf(url)
    return { fileData: { ...(mimeType ? { mimeType } : {}), fileUri: url } }
  }
  const { mediaType: mimeType, data } = readDataUrl(url, parameter)
  return { inlineData: { mimeType, data } }
}
