/** What a file is, by its first bytes where they say it, else by what its name ends with. */
export function mediaTypeOf(path: string, head: Uint8Array): string {
  return byContent(head) ?? byName(path) ?? 'application/octet-stream'
}

/** Pictures that a browser shows without running anything of them. */
export const shownTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/bmp',
  'image/avif',
])

/** Text, offset, type. */
const marks: readonly (readonly [string, number, string])[] = [
  ['\x89PNG\r\n\x1a\n', 0, 'image/png'],
  ['\xff\xd8\xff', 0, 'image/jpeg'],
  ['GIF87a', 0, 'image/gif'],
  ['GIF89a', 0, 'image/gif'],
  ['WEBP', 8, 'image/webp'],
  ['BM', 0, 'image/bmp'],
  ['ftypavif', 4, 'image/avif'],
  ['II*\0', 0, 'image/tiff'],
  ['MM\0*', 0, 'image/tiff'],
  ['%PDF-', 0, 'application/pdf'],
  ['WAVE', 8, 'audio/wav'],
  ['fLaC', 0, 'audio/flac'],
  ['OggS', 0, 'audio/ogg'],
  ['ID3', 0, 'audio/mpeg'],
  ['ftyp', 4, 'video/mp4'],
  ['\x1aE\xdf\xa3', 0, 'video/webm'],
  ['PAR1', 0, 'application/vnd.apache.parquet'],
  ['\x1f\x8b', 0, 'application/gzip'],
  ['PK\x03\x04', 0, 'application/zip'],
]

function byContent(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(64, head.byteLength)).toString('latin1')
  const found = marks.find(([mark, at]) => text.startsWith(mark, at))?.[2]
  // formats that share a frame or a beginning
  if (found === 'image/webp' || found === 'audio/wav') return text.startsWith('RIFF') ? found : undefined
  if (found === 'image/bmp') return text.length >= 18 && text.startsWith('\0\0\0\0', 6) ? found : undefined
  return found
}

const names: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  jsonl: 'application/jsonl',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  svg: 'image/svg+xml',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  mov: 'video/quicktime',
  npy: 'application/x-npy',
  safetensors: 'application/x-safetensors',
}

function byName(path: string): string | undefined {
  const [, extension = ''] = /\.([A-Za-z0-9]+)$/.exec(path) ?? []
  const name = extension.toLowerCase()
  return Object.hasOwn(names, name) ? names[name] : undefined
}
