import { asList, asObject, type JsonObject } from '../loose-json.ts'

/** Assembles the message (or text) of each choice from the pieces of a stream. */
export class AnswerCollector {
  readonly #choices: unknown[] = []

  /** The answer so far, in the shape that `Observation.content` names. */
  get content(): unknown {
    return this.#choices.length > 1 ? this.#choices : this.#choices[0]
  }

  add(choice: JsonObject): void {
    const index = choice['index']
    const at = typeof index === 'number' && index >= 0 && index < 1024 ? index : 0
    const text = choice['text']
    if (typeof text === 'string') {
      const before = this.#choices[at]
      this.#choices[at] = typeof before === 'string' ? before + text : text
      return
    }
    const delta = asObject(choice['delta'])
    if (!delta) return
    const message: Record<string, unknown> = asObject(this.#choices[at]) ?? {
      role: 'assistant',
      content: null,
    }
    this.#choices[at] = message
    for (const [name, value] of Object.entries(delta)) addField(message, name, value)
  }
}

/** Texts grow, lists of parts with an index merge by it, anything else is replaced. */
function addField(target: Record<string, unknown>, name: string, value: unknown): void {
  if (value === null || value === undefined || name === '__proto__') return
  const before = target[name]
  if (typeof value === 'string') {
    const isWhole = name === 'role' || name === 'id' || name === 'type' || name === 'name'
    target[name] = !isWhole && typeof before === 'string' ? before + value : value
    return
  }
  const parts = asList(value)
  if (parts) {
    target[name] = mergeParts(asList(before) ?? [], parts)
    return
  }
  const fields = asObject(value)
  if (!fields) {
    target[name] = value
    return
  }
  const merged: Record<string, unknown> = { ...asObject(before) }
  for (const [inner, piece] of Object.entries(fields)) addField(merged, inner, piece)
  target[name] = merged
}

function mergeParts(before: readonly unknown[], parts: readonly unknown[]): unknown[] {
  const merged = [...before]
  for (const part of parts) {
    const fields = asObject(part)
    const index = fields?.['index']
    if (!fields || typeof index !== 'number' || index < 0 || index > 1024) {
      merged.push(part)
      continue
    }
    const known: Record<string, unknown> = { ...asObject(merged[index]) }
    for (const [name, piece] of Object.entries(fields)) {
      if (name !== 'index') addField(known, name, piece)
    }
    merged[index] = known
  }
  return merged
}
