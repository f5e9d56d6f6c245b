/** What every client is asked to do, in no dialect: each client says it in its own, through its own SDK. */
export interface Ask {
  readonly text: string
  readonly system?: string
  readonly isStream?: boolean
  readonly maxTokens?: number
  /** A PNG, in base64. */
  readonly image?: string
  readonly tools?: readonly Tool[]
  /** What each tool answers; the client then sends the results and takes the next answer. */
  readonly results?: Readonly<Record<string, string>>
  readonly schema?: Readonly<Record<string, unknown>>
  readonly effort?: 'low'
}

export interface Tool {
  readonly name: string
  readonly schema: Readonly<Record<string, unknown>>
}

/** What the client understood. */
export interface Said {
  readonly text: string
  readonly calls: readonly { readonly name: string; readonly input: unknown }[]
  readonly end: 'stop' | 'length' | 'tools' | 'other'
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A client with its dialect: `openai · chat`. */
export interface Client {
  readonly name: string
  ask(model: string, ask: Ask): Promise<Said>
}

/** Where the product is, and the key to it. */
export interface Door {
  readonly url: string
  readonly key: string
}

/** Asks until no tool is called any more, at most once more: the results are what `ask` has for them. */
export function resultOf(ask: Ask, name: string): string {
  const result = ask.results?.[name]
  if (result === undefined) throw new Error(`there is no result for ${name}`)
  return result
}
