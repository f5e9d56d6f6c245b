/** A change of a JSON body that leaves the rest of its text as the client wrote it. */
interface BodyEdit {
  /** The new value of `model`. */
  readonly model: string
  /** Added where the client's body has none. */
  readonly streamOptions: Readonly<Record<string, unknown>> | undefined
}

/**
 * Splices the edit into the client's own text, so that megabytes of messages are neither parsed again nor written
 * again. `undefined` where the text does not prove by itself where the change belongs; the caller then writes the
 * whole object.
 *
 * The proof for `model`: the text `"model"` occurs once, a colon and the very value of the parsed body follow, and
 * no `\u006…` escape could spell the key a second time (in a string, quotes are escaped, so `"model"` with bare
 * quotes is a whole token there or nowhere). Being the only one, the key is the one that the parser read.
 */
export function editText(
  original: string,
  body: Readonly<Record<string, unknown>>,
  edit: BodyEdit,
): string | undefined {
  let text = original
  if (edit.model !== body['model']) {
    const at = positionOfModel(original, body['model'])
    if (!at) return undefined
    text = original.slice(0, at.start) + JSON.stringify(edit.model) + original.slice(at.end)
  }
  if (!edit.streamOptions) return text
  // an object that has a model has a member, so what follows the brace is the next one
  const open = text.indexOf('{')
  if (open < 0 || 'stream_options' in body) return undefined
  return `${text.slice(0, open + 1)}"stream_options":${JSON.stringify(edit.streamOptions)},${text.slice(open + 1)}`
}

const key = '"model"'

function positionOfModel(text: string, model: unknown): { start: number; end: number } | undefined {
  const found = text.indexOf(key)
  if (found < 0 || text.includes(key, found + key.length) || text.includes('\\u006')) return undefined
  let start = skipSpace(text, found + key.length)
  if (text[start] !== ':') return undefined
  start = skipSpace(text, start + 1)
  const value = JSON.stringify(model)
  return text.startsWith(value, start) ? { start, end: start + value.length } : undefined
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1
  return at
}
