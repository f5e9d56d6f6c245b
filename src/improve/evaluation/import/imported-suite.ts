import { z } from 'zod'
import { stringify } from 'yaml'
import { Failure } from '../../../foundation/platform/index.ts'
import { readYaml } from '../../../foundation/config/index.ts'

/** What a suite is made of, beside the file. */
export interface ImportTarget {
  readonly name: string
  readonly dataset: string
  readonly releases: readonly string[]
  /** Who judges, where the file has judges. */
  readonly judge: string | undefined
  /** Who embeds. */
  readonly embedder: string | undefined
}

export interface ImportedSuite {
  /** YAML. */
  readonly text: string
  /** What the file has and the suite has not, each in a sentence; nothing is dropped silently. */
  readonly notes: readonly string[]
}

export interface DraftEvaluator {
  readonly use: string
  readonly name?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly threshold?: number
}

/** The suite as it is being made. */
export interface Draft {
  description?: string
  prompt: string | undefined
  /** The column that holds the messages, instead of a prompt. */
  messages?: string
  system: string | undefined
  parameters: Record<string, unknown>
  expected?: string
  repeats?: number
  readonly evaluators: DraftEvaluator[]
  readonly notes: string[]
}

export function emptyDraft(): Draft {
  return { prompt: undefined, system: undefined, parameters: {}, evaluators: [], notes: [] }
}

/** Tells the keys of a file that are not known. */
export function noteOthers(
  config: Readonly<Record<string, unknown>>,
  known: readonly string[],
  draft: Draft,
): void {
  for (const key of Object.keys(config))
    if (!known.includes(key)) draft.notes.push(`\`${key}\` is not taken over.`)
}

/** A pattern that matches a text and nothing else in its place. */
export function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/** Names what is used twice apart, and writes the suite. */
export function writeSuite(draft: Draft, target: ImportTarget): ImportedSuite {
  const names = new Map<string, number>()
  const evaluators = draft.evaluators.map(one => {
    const count = (names.get(one.use) ?? 0) + 1
    names.set(one.use, count)
    const name = one.name ?? (count === 1 ? undefined : `${one.use}-${count}`)
    return {
      use: one.use,
      ...(name !== undefined && { name }),
      ...(one.with && { with: one.with }),
      ...(one.threshold !== undefined && { threshold: one.threshold }),
    }
  })
  const notes = [...new Set(draft.notes)]
  if (draft.prompt === undefined && draft.messages === undefined)
    notes.push('The file has no prompt that a template can say: write `request` yourself.')
  if (evaluators.length === 0)
    notes.push('Nothing in the file scores answers in a way that is known here: write `evaluators` yourself.')
  const suite = {
    suite: target.name,
    ...(draft.description !== undefined && { description: draft.description }),
    dataset: target.dataset,
    ...(draft.expected !== undefined && { expected: draft.expected }),
    request: {
      ...(draft.messages === undefined
        ? { prompt: draft.prompt ?? '{{input}}' }
        : { messages: draft.messages }),
      ...(draft.system !== undefined && { system: draft.system }),
      ...(Object.keys(draft.parameters).length > 0 && { parameters: draft.parameters }),
    },
    releases: target.releases,
    evaluators: evaluators.length > 0 ? evaluators : [{ use: 'exact' }],
    ...(draft.repeats !== undefined && { repeats: draft.repeats }),
  }
  return { text: stringify(suite, { lineWidth: 0 }), notes }
}

/** YAML or JSON as an object, or the first thing that is wrong with it. */
export function readObject(text: string): Record<string, unknown> {
  const source = readYaml(text)
  const fault = source.faults.find(({ isReadable }) => !isReadable)
  if (fault)
    throw new Failure(
      'invalid_request',
      `line ${fault.position.line}, column ${fault.position.column}: ${fault.message} ${fault.mend}`,
      { details: { parameter: 'text' } },
    )
  const parsed = z.record(z.string(), z.unknown()).safeParse(source.data)
  if (parsed.success) return parsed.data
  throw new Failure('invalid_request', 'The file is no group of keys.', { details: { parameter: 'text' } })
}

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
export const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]
export const asObject = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
