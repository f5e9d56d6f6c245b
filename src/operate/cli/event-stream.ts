export interface ServerEvent {
  readonly event: string
  readonly data: string
}

/** The events of a `text/event-stream` body, whatever the chunks (WHATWG HTML, section 9.2). */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder()
  let text = ''
  let event = 'message'
  let data: string[] = []
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    for (;;) {
      const end = /\r\n|\n|\r(?=[^\n])/.exec(text)
      if (end === null) break
      const line = text.slice(0, end.index)
      text = text.slice(end.index + end[0].length)
      if (line === '') {
        if (data.length > 0) yield { event, data: data.join('\n') }
        event = 'message'
        data = []
      } else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
      else if (line.startsWith('event:')) event = line.slice(6).trim()
    }
  }
}
