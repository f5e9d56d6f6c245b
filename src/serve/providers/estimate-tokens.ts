import { asList, asObject } from './loose-json.ts'

/** Where the prompt of a request stands, in any of the dialects. */
const promptFields = [
  'system',
  'instructions',
  'messages',
  'input',
  'prompt',
  'tools',
  'functions',
  'response_format',
  'output_config',
  'documents',
  'query',
] as const

/** What one image costs at most where it is read in full: Anthropic's largest has about 1,600 tokens, OpenAI's 1,445. */
const tokensPerImage = 1_600
/** A page of a PDF has some 20 KB and is read as text and as an image, for about 3,000 tokens. */
const base64CharactersPerFileToken = 9
const charactersPerToken = 3

/**
 * How many tokens the prompt of a request may have, without any tokenizer: an estimate that errs upwards, for
 * reserving and where an upstream cannot count. ASCII counts a token per 3 characters (English has 4 to 5, code 3 to
 * 4), other scripts up to one per character; an image counts as the largest, a file by its size.
 */
export function estimateTokens(body: Readonly<Record<string, unknown>>): number {
  let tokens = 3
  for (const name of promptFields) tokens += tokensIn(body[name])
  return Math.ceil(tokens)
}

function tokensIn(value: unknown): number {
  if (typeof value === 'string') return tokensOfText(value)
  if (value === undefined || value === null) return 0
  const list = asList(value)
  if (list) return list.reduce<number>((sum, entry) => sum + tokensIn(entry), 0)
  const fields = asObject(value)
  if (!fields) return 1
  const blob = tokensOfBlob(fields)
  if (blob !== undefined) return blob
  let tokens = 2
  for (const [name, inner] of Object.entries(fields)) {
    tokens += name.length / charactersPerToken + tokensIn(inner)
  }
  return tokens
}

function tokensOfText(text: string): number {
  if (text.startsWith('data:') && text.slice(0, 200).includes(';base64,')) {
    return text.startsWith('data:image/') ? tokensPerImage : text.length / base64CharactersPerFileToken
  }
  // a character of two bytes adds a half, one of three bytes a whole
  const foreign = (Buffer.byteLength(text) - text.length) / 2
  return (text.length - foreign) / charactersPerToken + foreign
}

/** An image by whatever address, or a file whose data stand in the request. */
function tokensOfBlob(fields: Readonly<Record<string, unknown>>): number | undefined {
  const { type, data } = fields
  if (type === 'image' || type === 'image_url' || type === 'input_image') return tokensPerImage
  if (type === 'base64' && typeof data === 'string') return data.length / base64CharactersPerFileToken
  return undefined
}
