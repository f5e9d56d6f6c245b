import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject, type JsonObject } from '../../providers/index.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

/** A part of the content of a chat message. */
export type Part = Readonly<Record<string, unknown>>

const textFields = new Set(['type', 'text', 'cache_control', 'citations'])
const imageFields = new Set(['type', 'source', 'cache_control'])
const documentFields = new Set(['type', 'source', 'title', 'context', 'citations', 'cache_control'])
const searchFields = new Set(['type', 'title', 'source', 'content', 'citations', 'cache_control'])

/** The blocks of a message, whose content may also be one text. */
export function blocksOf(content: unknown, path: string): readonly JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const list = asList(content)
  if (!list) throw invalid(path, 'Input should be a valid string or a list of blocks')
  return list.map((entry, index) => {
    const block = asObject(entry)
    if (!block || typeof block['type'] !== 'string') {
      throw invalid(`${path}.${index}.type`, 'Field required')
    }
    return block
  })
}

/** What a person (or a tool) sent, as parts of a chat message; one block can become several. */
export function toParts(block: JsonObject, path: string): Part[] {
  switch (block['type']) {
    case 'text':
      return [toText(block, path)]
    case 'image':
      return [toImage(block, path)]
    case 'document':
      return toDocument(block, path)
    case 'search_result':
      return toSearchResult(block, path)
    default:
      throw unsupported(
        `${path}.type`,
        `Blocks of type \`${asWords(block['type'])}\` have no counterpart there.`,
      )
  }
}

export function toText(block: JsonObject, path: string): Part {
  refuseOthers(block, textFields, path)
  if (typeof block['text'] !== 'string') throw invalid(`${path}.text`, 'Input should be a valid string')
  if ((asList(block['citations'])?.length ?? 0) > 0) throw unsupported(`${path}.citations`)
  return { type: 'text', text: block['text'], ...cacheControl(block) }
}

function toImage(block: JsonObject, path: string): Part {
  refuseOthers(block, imageFields, path)
  const source = sourceOf(block, path)
  const url = source['type'] === 'url' ? source['url'] : dataUrl(source, `${path}.source`)
  return { type: 'image_url', image_url: { url }, ...cacheControl(block) }
}

/** A PDF travels as a file; a text becomes text, since a chat has no plain documents. */
function toDocument(block: JsonObject, path: string): Part[] {
  refuseOthers(block, documentFields, path)
  refuseCitations(block, path)
  const source = sourceOf(block, path)
  const { title, context } = block
  const heading = [title, context].filter(text => typeof text === 'string' && text !== '').join('\n')
  if (source['type'] === 'base64') {
    const filename = typeof title === 'string' && title !== '' ? title : 'document.pdf'
    const file = { filename, file_data: dataUrl(source, `${path}.source`) }
    const about = typeof context === 'string' && context !== '' ? [{ type: 'text', text: context }] : []
    return [...about, { type: 'file', file, ...cacheControl(block) }]
  }
  const headed = heading === '' ? [] : [{ type: 'text', text: heading }]
  if (source['type'] === 'text' && typeof source['data'] === 'string') {
    return [...headed, { type: 'text', text: source['data'], ...cacheControl(block) }]
  }
  if (source['type'] === 'content') {
    const inner = blocksOf(source['content'], `${path}.source.content`)
    return [...headed, ...inner.flatMap((entry, index) => toParts(entry, `${path}.source.content.${index}`))]
  }
  throw unsupported(`${path}.source.type`, 'Send the document itself, as base64 or as text.')
}

function toSearchResult(block: JsonObject, path: string): Part[] {
  refuseOthers(block, searchFields, path)
  refuseCitations(block, path)
  const heading = { type: 'text', text: `${asWords(block['title'])}\n${asWords(block['source'])}` }
  const inner = blocksOf(block['content'], `${path}.content`)
  return [heading, ...inner.map((entry, index) => toText(entry, `${path}.content.${index}`))]
}

function refuseCitations(block: JsonObject, path: string): void {
  if (asObject(block['citations'])?.['enabled'] === true) throw unsupported(`${path}.citations`)
}

function sourceOf(block: JsonObject, path: string): JsonObject {
  const source = asObject(block['source'])
  if (!source) throw invalid(`${path}.source`, 'Field required')
  return source
}

function dataUrl(source: JsonObject, path: string): string {
  const { type, media_type: mediaType, data } = source
  if (type !== 'base64') throw unsupported(`${path}.type`, 'Send the data itself, as base64.')
  if (typeof mediaType !== 'string') throw invalid(`${path}.media_type`, 'Field required')
  if (typeof data !== 'string') throw invalid(`${path}.data`, 'Field required')
  return `data:${mediaType};base64,${data}`
}

/** Kept for the upstreams that read it; the others cache by themselves and never see it. */
export function cacheControl(block: JsonObject): Part {
  const given = block['cache_control']
  return given === undefined || given === null ? {} : { cache_control: given }
}

/** One text stays a text; anything more is a list of parts. */
export function contentOf(parts: readonly Part[]): string | readonly Part[] {
  const [only] = parts
  const isPlain = parts.length === 1 && only?.['type'] === 'text' && only['cache_control'] === undefined
  return isPlain ? asWords(only['text']) : parts
}
