interface Delta {
  readonly content?: unknown
}

interface Chunk {
  readonly id?: unknown
  readonly model?: unknown
  readonly usage?: unknown
  readonly error?: unknown
  readonly choices?: readonly {
    readonly index?: number
    readonly delta?: Delta
    readonly finish_reason?: unknown
  }[]
}

/** The answer that a stream of OpenAI's chat API makes, as if it had come whole; `undefined` where it has no end. */
export function readStreamedChat(text: string): Record<string, unknown> | undefined {
  let content = ''
  let finish: unknown
  let usage: unknown
  let head: Chunk | undefined
  let isDone = false
  for (const line of text.split('\n')) {
    if (!line.startsWith('data:')) continue
    const data = line.slice(5).trim()
    if (data === '[DONE]') {
      isDone = true
      break
    }
    let chunk: Chunk
    try {
      chunk = JSON.parse(data) as Chunk
    } catch {
      return undefined
    }
    if (chunk.error !== undefined) return { error: chunk.error }
    head ??= chunk
    usage = chunk.usage ?? usage
    const choice = chunk.choices?.find(({ index }) => (index ?? 0) === 0)
    if (typeof choice?.delta?.content === 'string') content += choice.delta.content
    finish = choice?.finish_reason ?? finish
  }
  if (!isDone || head === undefined) return undefined
  const message = { role: 'assistant', content }
  return {
    id: head.id,
    object: 'chat.completion',
    model: head.model,
    choices: [{ index: 0, message, finish_reason: finish ?? null }],
    ...(usage !== undefined && usage !== null && { usage }),
  }
}
