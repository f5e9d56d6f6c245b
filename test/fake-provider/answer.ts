/** What the fake models say: nothing random, so that a test can expect it. */

export interface Answer {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[]
  readonly finish: 'stop' | 'length' | 'tools' | 'stop-sequence'
}

export interface Prompt {
  /** Of the last message. */
  readonly text: string
  readonly isToolResult: boolean
  readonly tools: readonly { readonly name: string; readonly schema: unknown }[]
  readonly isToolForced: boolean
  readonly isParallel: boolean
  readonly outputSchema: unknown
  readonly stop: readonly string[]
  readonly maxTokens: number
  readonly isReasoning: boolean
}

/** Calls the tools it has, follows a schema, or says back what it was told; `fixed` text wins. */
export function answerTo(prompt: Prompt, fixed: string | undefined): Answer {
  const reasoning = prompt.isReasoning ? 'Let me think about that.' : ''
  const isCalling = prompt.tools.length > 0 && !prompt.isToolResult
  if (isCalling && (prompt.isToolForced || fixed === undefined)) {
    const called = prompt.isParallel ? prompt.tools : prompt.tools.slice(0, 1)
    const calls = called.map(tool => ({
      name: tool.name,
      input: exampleOf(tool.schema) as Record<string, unknown>,
    }))
    return { text: '', reasoning, calls, finish: 'tools' }
  }
  const whole =
    prompt.outputSchema === undefined
      ? (fixed ?? `You said: ${prompt.text}`)
      : JSON.stringify(exampleOf(prompt.outputSchema))
  const cuts = prompt.stop.map(stop => whole.indexOf(stop)).filter(at => at >= 0)
  const text = cuts.length > 0 ? whole.slice(0, Math.min(...cuts)) : whole
  const tokens = tokensOf(text)
  if (tokens.length > prompt.maxTokens) {
    return { text: tokens.slice(0, prompt.maxTokens).join(''), reasoning, calls: [], finish: 'length' }
  }
  return { text, reasoning, calls: [], finish: cuts.length > 0 ? 'stop-sequence' : 'stop' }
}

/** Words with the space before them. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

export function countTokens(value: unknown): number {
  return tokensOf(typeof value === 'string' ? value : JSON.stringify(value ?? '')).length
}

/** Some value that a JSON schema allows. */
function exampleOf(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return 'text'
  const { type, properties, items, enum: choices } = schema as Record<string, unknown>
  if (Array.isArray(choices)) return choices[0]
  if (type === 'object' || properties !== undefined) {
    return Object.fromEntries(
      Object.entries(properties ?? {}).map(([name, inner]) => [name, exampleOf(inner)]),
    )
  }
  if (type === 'array') return [exampleOf(items)]
  if (type === 'integer' || type === 'number') return 7
  if (type === 'boolean') return true
  return 'Paris'
}
