/** The `data` of each event of an event stream (WHATWG HTML 9.2), whatever the chunking. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ readonly event: string; readonly data: string }> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader()
  let buffer = ''
  let event = 'message'
  let data: string[] = []
  try {
    while (true) {
      const { value, done } = await reader.read()
      if (done) return
      buffer += value
      const lines = buffer.split(/\r\n|\n|\r(?!$)/)
      buffer = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { event, data: data.join('\n') }
          event = 'message'
          data = []
          continue
        }
        const colon = line.indexOf(':')
        const field = colon === -1 ? line : line.slice(0, colon)
        const content = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
        if (field === 'data') data.push(content)
        if (field === 'event') event = content
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
