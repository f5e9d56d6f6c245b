import { setImmediate as breathe } from 'node:timers/promises'
import { type Database, Failure } from '../../../foundation/platform/index.ts'
import { formsOfRun } from '../bias/forms-of-run.ts'
import type { OddsInput } from '../bias/judge-odds.ts'
import type { ParityInput } from '../bias/judge-parity.ts'
import { labelNameOf } from '../labels/label-name.ts'
import { type LabelFigure, listLabelFigures } from '../labels/label-store.ts'
import type { EvaluatorCatalogue } from '../evaluator.ts'
import { type Item, listExamples, listItems, type RunExample } from '../runs/item-store.ts'
import type { Run, Verdict } from '../runs/run.ts'
import { findRun } from '../runs/run-store.ts'
import {
  type AnswerFigure,
  listAnswerFigures,
  listScoreFigures,
  type ScoreFigure,
} from '../runs/score-store.ts'
import { parseSuite } from '../suites/read-suite.ts'
import { findSuite } from '../suites/suite-store.ts'
import type { Suite } from '../suites/suite.ts'
import type { HumanLabel } from './calibrate.ts'
import { classesOf } from './classes.ts'
import { compareCells, type CompareInput, compareSlices } from './compare-releases.ts'
import { widened } from './estimate.ts'
import { judgeGates } from './judge-gates.ts'
import type { GateResult, ReleaseComparison, ReleaseReport, RunReport, SliceSummary } from './report.ts'
import { spendOf, summarise } from './summarise.ts'
import { countFailures, type ScoreTable, tabulate } from './table.ts'

export interface MadeReport {
  readonly verdict: Verdict
  readonly report: RunReport
}

/** Makes the report of a run from what is stored of it. */
export type MakeReport = (runId: string) => Promise<MadeReport>

export function createMakeReport(options: {
  readonly database: Database
  readonly evaluators: EvaluatorCatalogue
}): MakeReport {
  return async runId => {
    const facts = await readFacts(runId, options)
    const releases: ReleaseReport[] = []
    for (const [index] of facts.run.plan.releases.entries()) {
      releases.push(reportRelease(facts, index))
      // thousands of resamples each: others want their turn
      await breathe()
    }
    const comparisons: ReleaseComparison[] = []
    for (const [index] of facts.run.plan.releases.entries()) {
      if (index === facts.run.plan.baseline) continue
      for (const [evaluator] of facts.run.plan.evaluators.entries()) {
        comparisons.push(compareRelease(facts, index, evaluator))
        await breathe()
      }
    }
    const gates = judgeGates(facts.suite.gates, {
      releases,
      comparisons,
      parity: parityInput(facts),
      odds: oddsInput(facts),
    })
    return conclude(facts, releases, comparisons, gates)
  }
}

/** Values of slices beyond so many of a column are left out of reports: nobody reads them, and each widens the others. */
const mostSliceValues = 50

interface Facts {
  readonly run: Run
  readonly suite: Suite
  readonly examples: readonly RunExample[]
  readonly items: readonly Item[]
  readonly answers: readonly AnswerFigure[]
  readonly table: ScoreTable
  /** `labels[release][evaluator][ordinal]`. */
  readonly labels: readonly (readonly (readonly (HumanLabel | undefined)[])[])[]
  readonly scores: readonly ScoreFigure[]
  readonly slices: readonly {
    readonly column: string
    readonly value: string
    readonly ordinals: readonly number[]
  }[]
}

async function readFacts(
  runId: string,
  { database, evaluators }: { readonly database: Database; readonly evaluators: EvaluatorCatalogue },
): Promise<Facts> {
  const run = await findRun(database, undefined, runId)
  const stored = run && (await findSuite(database, run.tenant, run.suite, run.suiteVersion))
  if (!run || !stored) throw new Failure('not_found', `There is no run ${runId}.`)
  const against = run.plan.releases[run.plan.baseline]?.name
  const suite = parseSuite(stored.text, `${run.suite}.yaml`, { evaluators, against })
  const [examples, items, answers, scores, labels] = await Promise.all([
    listExamples(database, runId),
    listItems(database, runId),
    listAnswerFigures(database, runId),
    listScoreFigures(database, runId),
    listLabelFigures(
      database,
      runId,
      run.plan.evaluators.map(({ name }) => labelNameOf(run.suite, name)),
    ),
  ])
  return {
    run,
    suite,
    examples,
    items,
    answers,
    scores,
    table: tabulate(run.plan, examples.length, scores),
    labels: tabulateLabels(run, examples.length, labels),
    slices: sliceExamples(suite.slices, examples),
  }
}

function tabulateLabels(run: Run, examples: number, labels: readonly LabelFigure[]): Facts['labels'] {
  const sums = run.plan.releases.map(() =>
    run.plan.evaluators.map(() => Array.from({ length: examples }, (): LabelSum | undefined => undefined)),
  )
  for (const { ordinal, release, evaluator, value, probability } of labels) {
    const ofEvaluator = sums[release]?.[evaluator]
    if (!ofEvaluator || ordinal >= examples) continue
    const sum = (ofEvaluator[ordinal] ??= { sum: 0, count: 0, probability })
    sum.sum += value
    sum.count += 1
    sum.probability ??= probability
  }
  return sums.map(ofRelease =>
    ofRelease.map(ofOne =>
      ofOne.map(one => one && { value: one.sum / one.count, probability: one.probability }),
    ),
  )
}

interface LabelSum {
  sum: number
  count: number
  probability: number | undefined
}

export function sliceExamples(
  columns: readonly string[],
  examples: readonly Pick<RunExample, 'ordinal' | 'slices'>[],
): Facts['slices'] {
  return columns.flatMap(column => {
    const byValue = new Map<string, number[]>()
    for (const { ordinal, slices } of examples) {
      const value = slices[column] ?? '(none)'
      const ordinals = byValue.get(value)
      if (ordinals) ordinals.push(ordinal)
      else byValue.set(value, [ordinal])
    }
    return [...byValue]
      .toSorted(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
      .slice(0, mostSliceValues)
      .map(([value, ordinals]) => ({ column, value, ordinals }))
  })
}

/** Read only where a gate asks for it. */
function parityInput({ run, suite, examples, table }: Facts): ParityInput {
  const { plan } = run
  return {
    forms: suite.gates.some(({ measure }) => measure === 'parity') ? formsOfRun(examples) : [],
    evaluators: plan.evaluators,
    seed: String(plan.seed),
    confidence: suite.confidence,
    valueOf: (release, evaluator, ordinal) =>
      table.cells[plan.releases.findIndex(({ name }) => name === release)]?.[evaluator]?.[ordinal]?.value,
  }
}

function oddsInput({ run: { plan }, suite, examples, scores }: Facts): OddsInput {
  return {
    examples,
    slices: suite.slices,
    confidence: suite.confidence,
    scoresOf: (release, evaluator) => {
      const place = plan.releases.findIndex(({ name }) => name === release)
      const of = plan.evaluators.findIndex(({ name }) => name === evaluator)
      return scores.filter(score => score.release === place && score.evaluator === of)
    },
  }
}

function reportRelease(facts: Facts, release: number): ReleaseReport {
  const { run, suite, items, answers, table, labels, slices } = facts
  const planned = run.plan.releases[release]
  const ofPlace = (evaluator: number, ordinals: readonly number[] | undefined): readonly ScoreFigure[] => {
    const wanted = ordinals && new Set(ordinals)
    return (byEvaluator.get(evaluator) ?? []).filter(({ ordinal }) => wanted?.has(ordinal) !== false)
  }
  const byEvaluator = Map.groupBy(
    facts.scores.filter(one => one.release === release),
    ({ evaluator }) => evaluator,
  )
  const summaries = (ordinals: readonly number[] | undefined, confidence: number, place: string) =>
    run.plan.evaluators.flatMap((evaluator, index) => {
      // a pair is of two: the baseline has none
      if (evaluator.kind === 'pair' && release === run.plan.baseline) return []
      const cells = table.cells[release]?.[index] ?? []
      const ofPeople = labels[release]?.[index] ?? []
      return [
        summarise({
          evaluator,
          cells: ordinals ? ordinals.map(ordinal => cells[ordinal]) : cells,
          labels: ordinals ? ordinals.map(ordinal => ofPeople[ordinal]) : ofPeople,
          classes: classesOf(ofPlace(index, ordinals)),
          repeats: run.plan.repeats,
          confidence,
          seed: `${run.plan.seed} ${planned?.name ?? ''} ${evaluator.name} ${place}`,
          suite: run.suite,
        }),
      ]
    })
  return {
    release: planned?.name ?? '',
    isBaseline: release === run.plan.baseline,
    ...countFailures(items, release),
    scores: summaries(undefined, suite.confidence, ''),
    slices: slices.map(({ column, value, ordinals }): SliceSummary => ({
      column,
      value,
      examples: ordinals.length,
      scores: summaries(ordinals, widened(suite.confidence, slices.length), `${column} ${value}`),
    })),
    ...spendOf(answers.filter(one => one.release === release)),
  }
}

function compareRelease(facts: Facts, release: number, index: number): ReleaseComparison {
  const { run, suite, table, labels, slices } = facts
  const { plan } = run
  const evaluator = plan.evaluators[index]
  const baseline = plan.releases[plan.baseline]
  const challenger = plan.releases[release]
  if (!evaluator || !baseline || !challenger) throw new Error('the plan has no such place')
  const input: CompareInput = {
    evaluator,
    baseline: table.cells[plan.baseline]?.[index] ?? [],
    challenger: table.cells[release]?.[index] ?? [],
    baselineLabels: labels[plan.baseline]?.[index] ?? [],
    challengerLabels: labels[release]?.[index] ?? [],
    margin: suite.margin,
    confidence: suite.confidence,
    seed: `${plan.seed} ${challenger.name} ${evaluator.name}`,
    suite: run.suite,
  }
  return {
    release: challenger.name,
    baseline: baseline.name,
    evaluator: evaluator.name,
    ...compareCells(input),
    slices: compareSlices(input, slices),
  }
}

/** A run passes where all gates hold and enough was measured; what is not known well enough is never a pass. */
function conclude(
  { run, suite, examples, items }: Facts,
  releases: readonly ReleaseReport[],
  comparisons: readonly ReleaseComparison[],
  gates: readonly GateResult[],
): MadeReport {
  const failed = items.filter(({ state }) => state === 'failed').length
  const open = items.filter(({ state }) => state === 'waiting' || state === 'answered').length
  const errorShare = items.length === 0 ? 0 : failed / items.length
  const scoresFailed = releases.flatMap(({ scores }) => scores).reduce((sum, one) => sum + one.failed, 0)
  const scoresWanted = (items.length - failed) * run.plan.evaluators.length
  const scoreErrorShare = scoresWanted === 0 ? 0 : scoresFailed / scoresWanted
  const { verdict, why } = verdictOf()
  const report: RunReport = {
    verdict,
    verdictWhy: why,
    examples: examples.length,
    confidence: suite.confidence,
    margin: suite.margin,
    errorShare,
    scoreErrorShare,
    releases,
    comparisons,
    gates,
  }
  return { verdict, report }

  function verdictOf(): { readonly verdict: Verdict; readonly why: string } {
    const broken = gates.filter(({ outcome }) => outcome === 'failed')
    const most = suite.mostErrors
    if (examples.length === 0) return { verdict: 'not_enough', why: 'The dataset has no example for it.' }
    if (open > 0)
      return { verdict: 'not_enough', why: `${open} of ${items.length} answers are still to come.` }
    if (errorShare > most)
      return { verdict: 'not_enough', why: tooMany('got no answer', failed, items.length) }
    if (scoreErrorShare > most)
      return { verdict: 'not_enough', why: tooMany('scores could not be given', scoresFailed, scoresWanted) }
    if (broken.length > 0)
      return { verdict: 'failed', why: `${broken.length} of ${gates.length} gates do not hold.` }
    const undecided = gates.filter(({ outcome }) => outcome === 'undecided').length
    if (undecided > 0)
      return { verdict: 'not_enough', why: `${undecided} of ${gates.length} gates are not decided.` }
    return { verdict: 'passed', why: gates.length === 0 ? 'The suite has no gates.' : 'All gates hold.' }
  }

  function tooMany(what: string, count: number, of: number): string {
    return `${count} of ${of} ${what}, more than the ${suite.mostErrors * 100} % that the suite allows.`
  }
}
