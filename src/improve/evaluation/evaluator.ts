/**
 * What an evaluator is. `evaluators/` has those that there are; docs/extend/evaluator.md is how to add one.
 *
 * An evaluator is made once for a run, with its parameters, and then asked for every answer. It is pure but for what its tools
 * do: the same example, answer, parameters, seed and version give the same score, which is why scores are kept by them.
 */
import type { z } from 'zod'
import type { Row, RowKey } from '../datasets/index.ts'
import type { NoAnswer, ReleaseAnswer, TokenUse } from './ports.ts'

/** A message as OpenAI's chat API has it. */
export interface ChatMessage {
  readonly role: string
  readonly content?: unknown
  readonly [key: string]: unknown
}

/** One example of a suite. */
export interface EvaluatedExample {
  readonly key: RowKey
  /** All of its columns. */
  readonly row: Row
  /** What was sent, without what the release adds to it. */
  readonly messages: readonly ChatMessage[]
  /** What the suite says is expected; `undefined` where nothing is. */
  readonly expected: unknown
  /** What the answer has to rest on; `undefined` where nothing is given. */
  readonly context: unknown
}

/** What is judged of an answer: that of a release, or one that somebody else has. */
export interface EvaluatedAnswer {
  readonly text: string
  /** OpenAI's chat completion, where there is one: tool calls, refusals, log probabilities. */
  readonly body?: Readonly<Record<string, unknown>> | undefined
  readonly finishReason?: string | undefined
  readonly latencyMs?: number | undefined
  readonly firstTokenMs?: number | undefined
  readonly usage?: TokenUse | undefined
  readonly costNanoUsd?: number | undefined
  readonly model?: string | undefined
}

/** A call to a service of ours, at the cost of the tenant that evaluates and under the name of the suite. */
export interface EvaluatorCall {
  readonly service: string
  readonly release?: string | undefined
  /** Of OpenAI's chat API, without `model`. */
  readonly body: Readonly<Record<string, unknown>>
  readonly seed?: number | undefined
}

/** What an evaluator may use. All of it ends with the signal. */
export interface EvaluatorTools {
  /** A full target or a limit is waited out; else as `CallRelease`. Its cost is counted by whoever gives the tool. */
  ask(call: EvaluatorCall): Promise<ReleaseAnswer | Exclude<NoAnswer, { kind: 'full' }>>
  /** One vector for each text, by a service of ours that embeds. Throws a `Failure` where it cannot. */
  embed(service: string, texts: readonly string[]): Promise<readonly (readonly number[])[]>
  /** Of the suite, the example and the repeat: for whatever draws lots. */
  readonly seed: number
  readonly signal: AbortSignal
}

/** What an evaluator finds of one answer. */
export interface Score {
  /** From 0, the worst, to 1; `undefined` where the evaluator does not apply to this example (nothing is expected …). */
  readonly value: number | undefined
  /** In one word: a class, a grade, a choice. */
  readonly label?: string | undefined
  /** The label that is expected, where it is one of a few: makes the confusion matrix of a run. */
  readonly wanted?: string | undefined
  /** For people; may quote the answer. */
  readonly why?: string | undefined
  /** The model that judged. */
  readonly model?: string | undefined
  /** SHA-256 of all that the judge was told but for the example and the answer: its rubric, its prompt, its parameters. */
  readonly promptHash?: string | undefined
}

export type Evaluate = (
  example: EvaluatedExample,
  answer: EvaluatedAnswer,
  tools: EvaluatorTools,
) => Score | Promise<Score>

/**
 * Compares two answers to one example: 1 where the second is better, 0 where the first is, 0.5 where neither. The order
 * in which they are shown must not matter: whoever asks a judge asks it both ways.
 */
export type ComparePair = (
  example: EvaluatedExample,
  first: EvaluatedAnswer,
  second: EvaluatedAnswer,
  tools: EvaluatorTools,
) => Score | Promise<Score>

export interface EvaluatorManifest {
  /** As suites name it: `exact`, `json-field`, `llm-judge`. */
  readonly name: string
  /** Counts up whenever another score could come of the same: scores of two versions are not compared. */
  readonly version: number
  /** One sentence. */
  readonly description: string
  /** What an answer costs to evaluate: nothing worth telling, time of this machine, or calls to a model. */
  readonly cost: 'free' | 'compute' | 'model'
  readonly needs: readonly ('expected' | 'context' | 'service')[]
  /** Its opinion is one of a model: its mean is shown only when people's labels have corrected it. */
  readonly isJudge: boolean
  /** From which value on an answer passes, where a suite says nothing else. */
  readonly threshold: number
}

/** A kind of evaluator. */
export interface EvaluatorKind<Parameters extends z.ZodType = z.ZodType> {
  readonly manifest: EvaluatorManifest
  /** A strict object, every key described: the reference and the errors of suites are made from it. */
  readonly parameters: Parameters
  /** Services that its parameters name, to be checked before a run begins. */
  services?(parameters: z.output<Parameters>): readonly string[]
  /** Throws a `Failure` (`invalid_request`) for parameters that pass the schema and still make no sense. */
  create(parameters: z.output<Parameters>): MadeEvaluator
}

/** Made with its parameters: judges answers one by one, or two against each other. */
export type MadeEvaluator =
  | { readonly evaluate: Evaluate; readonly compare?: undefined }
  | { readonly compare: ComparePair; readonly evaluate?: undefined }

/** The evaluators that there are, by name. */
export type EvaluatorCatalogue = ReadonlyMap<string, EvaluatorKind>
