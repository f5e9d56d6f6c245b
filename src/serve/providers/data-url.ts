import { invalid } from './refuse.ts'

/** `data:image/png;base64,iVBOR…`; read without a regular expression over all of it, as the data can be megabytes. */
export function readDataUrl(url: string, path: string): { mediaType: string; data: string } {
  const comma = url.indexOf(',')
  const head = url.slice(0, Math.max(comma, 0))
  const match = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w-]+=[^;,]*)*;base64$/.exec(head)
  if (!match?.[1]) throw invalid(path, `\`${path}\` must be a base64 data URL that names its media type.`)
  return { mediaType: match[1], data: url.slice(comma + 1) }
}
