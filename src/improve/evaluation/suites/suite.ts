import type { EvaluatorKind } from '../evaluator.ts'
import type { ReleaseName } from '../ports.ts'
import type { GateDeclaration, GateMeasure, SuiteText } from './suite-schema.ts'

/** An evaluator as a suite uses it. */
export interface SuiteEvaluator {
  /** Unique within the suite. */
  readonly name: string
  readonly kind: EvaluatorKind
  readonly parameters: unknown
  /** From which value on an answer passes. */
  readonly threshold: number
}

/** What has to hold, with one bound. */
export interface Gate {
  readonly measure: GateMeasure
  readonly bound: number
  readonly evaluator: string | undefined
  readonly slices: readonly string[]
  /** Of gates on odds: only these. */
  readonly labels: readonly string[] | undefined
  /** `undefined`: all but the baseline, or the baseline where it is alone. */
  readonly releases: readonly string[] | undefined
}

/** A suite that was read: everything in it is known and goes together. */
export interface Suite extends Omit<SuiteText, 'evaluators' | 'gates' | 'baseline' | 'budgetUsd'> {
  readonly evaluators: readonly SuiteEvaluator[]
  readonly gates: readonly Gate[]
  readonly baseline: string
  readonly budgetNanoUsd: number | undefined
}

/** `support@v2` → service and release. */
export function parseRelease(text: string): ReleaseName {
  const [service = '', release] = text.split('@')
  return { service, release }
}

export function gateOf(declared: GateDeclaration, measure: GateMeasure): Gate {
  return {
    measure,
    bound: declared[measure] ?? 0,
    evaluator: declared.evaluator,
    slices: declared.slices ?? [],
    labels: declared.labels,
    releases: declared.releases,
  }
}

/** The services that a run of it asks, judges' among them, each once. */
export function servicesOf(suite: Suite): string[] {
  const asked = suite.releases.map(release => parseRelease(release).service)
  const judges = suite.evaluators.flatMap(({ kind, parameters }) =>
    (kind.services?.(parameters) ?? []).map(name => parseRelease(name).service),
  )
  return [...new Set([...asked, ...judges])]
}
