/** The question of a request body, in whichever API it came: the list of messages, or the text. */
export function questionOf(request: unknown): unknown {
  if (!isObject(request)) return request
  const { messages, input, prompt, system, instructions } = request
  if (Array.isArray(messages))
    return typeof system === 'string'
      ? [{ role: 'system', content: system }, ...(messages as unknown[])]
      : messages
  if (input !== undefined)
    return typeof instructions === 'string' && Array.isArray(input)
      ? [{ role: 'system', content: instructions }, ...(input as unknown[])]
      : input
  return prompt
}

/** The text of an answer, in whichever API it was given; `undefined` where there is none. */
export function answerOf(response: unknown): string | undefined {
  if (typeof response === 'string') return response
  if (!isObject(response)) return undefined
  const { choices, content, output_text: text, output } = response
  const [choice] = Array.isArray(choices) ? (choices as unknown[]) : []
  if (isObject(choice)) {
    const message = choice['message']
    if (isObject(message)) return textOf(message['content'])
    return typeof choice['text'] === 'string' ? choice['text'] : undefined
  }
  if (typeof text === 'string') return text
  if (content !== undefined) return textOf(content)
  if (!Array.isArray(output)) return undefined
  const texts = output.flatMap((item: unknown) => (isObject(item) ? (textOf(item['content']) ?? []) : []))
  return texts.length > 0 ? texts.join('\n') : undefined
}

/** The last that the user said in a question. */
export function lastWordsOf(question: unknown): string | undefined {
  if (!Array.isArray(question)) return textOf(question)
  const last = (question as unknown[]).findLast(message => isObject(message) && message['role'] === 'user')
  return isObject(last) ? textOf(last['content']) : undefined
}

/** Of a text, or of a list of parts. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts = content.flatMap((part: unknown) =>
    isObject(part) && typeof part['text'] === 'string' ? [part['text']] : [],
  )
  return texts.length > 0 ? texts.join('\n') : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
