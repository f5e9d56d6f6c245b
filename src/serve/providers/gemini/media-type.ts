/** The types that Gemini reads, by the ending of a name. https://ai.google.dev/gemini-api/docs/file-input-methods */
const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  wav: 'audio/wav',
  mp3: 'audio/mp3',
  aiff: 'audio/aiff',
  aac: 'audio/aac',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  mp4: 'video/mp4',
  mpeg: 'video/mpeg',
  mov: 'video/mov',
  webm: 'video/webm',
  pdf: 'application/pdf',
  txt: 'text/plain',
  html: 'text/html',
  css: 'text/css',
  csv: 'text/csv',
  xml: 'text/xml',
  md: 'text/markdown',
}

/** What a file is, by the ending of its URL or name; `undefined` where that says nothing. */
export function mediaTypeOf(url: string): string | undefined {
  const path = /^[^?#]*/.exec(url)?.[0] ?? ''
  return types[/\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '']
}
