/** What evaluators need of the planes that they may not import; the composition root supplies it. */

/** One claim of an answer, and how it stands to the documents. */
export interface AssessedClaim {
  readonly text: string
  readonly verdict: 'supported' | 'contradicted' | 'not_found'
}

/** Asks a chat for JSON, as OpenAI's API has it. Throws a `Failure` where there is no answer. */
export type AskBody = (
  body: Readonly<Record<string, unknown>>,
) => Promise<{ readonly body: Readonly<Record<string, unknown>>; readonly model: string | undefined }>

/** Compares each claim of an answer with the documents, as the check `groundedness` does. Throws a `Failure` for an answer that was not asked for. */
export type AssessClaims = (
  given: {
    readonly answer: string
    readonly question: string | undefined
    readonly documents: readonly string[]
    readonly maxContextChars: number
  },
  ask: AskBody,
  signal: AbortSignal,
) => Promise<readonly AssessedClaim[]>

/** A function of the operator: a command that is declared in the configuration. */
export interface DeclaredFunction {
  readonly command: readonly string[]
  /** How long one answer may take. */
  readonly timeoutMs: number
  /** Its process is ended when it holds more. */
  readonly maxMemoryMegabytes: number
}

export interface EvaluatorPorts {
  readonly assessClaims: AssessClaims
  /** The functions of the configuration in force, by name. */
  readonly functions: () => Readonly<Record<string, DeclaredFunction>>
}
