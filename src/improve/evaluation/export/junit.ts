import type { RunReport } from '../report/report.ts'
import type { Item, RunExample } from '../runs/item-store.ts'
import type { Run } from '../runs/run.ts'
import type { ScoreFigure } from '../runs/score-store.ts'

export interface JUnitInput {
  readonly run: Run
  readonly report: RunReport
  readonly examples: readonly RunExample[]
  readonly items: readonly Item[]
  readonly scores: readonly ScoreFigure[]
}

/**
 * A run as JUnit's XML (the schema of Jenkins' xUnit plugin, junit-10): a suite of gates, which decide, and one of examples for
 * each release, in which what does not pass is a failure and what has no answer an error. Names rows by their keys and quotes
 * nothing of what was asked or answered.
 */
export function toJUnit(input: JUnitInput): string {
  const suites = [gatesSuite(input), ...input.run.plan.releases.map((_, index) => releaseSuite(input, index))]
  const sum = (pick: (suite: Suite) => number): number => suites.reduce((total, one) => total + pick(one), 0)
  const head = {
    name: `slipway ${input.run.suite}`,
    tests: sum(suite => suite.cases.length),
    failures: sum(({ cases }) => cases.filter(({ failure }) => failure).length),
    errors: sum(({ cases }) => cases.filter(({ error }) => error).length),
    time: seconds(input.run.workedMs),
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(head)}>\n${suites
    .map(suite => suiteText(suite, input.run))
    .join('')}</testsuites>\n`
}

interface Case {
  readonly name: string
  readonly className: string
  readonly failure?: Finding
  readonly error?: Finding
  readonly skipped?: string
}

interface Finding {
  readonly message: string
  readonly type: string
}

interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
  readonly properties: Readonly<Record<string, string | number>>
}

function gatesSuite({ run, report }: JUnitInput): Suite {
  const cases = report.gates.map((gate): Case => {
    const where = gate.slice ? ` where ${gate.slice.column} = ${gate.slice.value}` : ''
    const what = [gate.evaluator, gate.measure].filter(part => part !== undefined).join(' ')
    const name = `${what} ≥ ${gate.bound}${where}`.replace(
      '≥',
      gate.measure === 'costPerExampleUsd' || gate.measure === 'latencyP95Ms' ? '≤' : '≥',
    )
    const base = { name, className: `${run.suite}.gates.${gate.release}` }
    if (gate.outcome === 'passed') return base
    if (gate.outcome === 'failed') return { ...base, failure: { message: gate.why, type: gate.measure } }
    return { ...base, error: { message: gate.why, type: 'undecided' } }
  })
  // what is not enough is no pass, whatever the gates say
  if (report.verdict === 'not_enough')
    cases.push({
      name: 'enough was measured',
      className: `${run.suite}.gates`,
      error: { message: report.verdictWhy, type: 'not_enough' },
    })
  return {
    name: `${run.suite} gates`,
    cases,
    properties: {
      verdict: report.verdict,
      run: run.id,
      'suite.version': run.suiteVersion,
      'suite.hash': run.plan.suiteHash,
      'dataset.version': run.plan.dataset.versionId,
      seed: run.plan.seed,
      repeats: run.plan.repeats,
    },
  }
}

function releaseSuite({ run, examples, items, scores }: JUnitInput, release: number): Suite {
  const planned = run.plan.releases[release]
  const name = planned?.name ?? ''
  const ofItem = new Map<string, ScoreFigure[]>()
  for (const score of scores) {
    if (score.release !== release) continue
    const key = `${score.ordinal} ${score.repeat}`
    const list = ofItem.get(key)
    if (list) list.push(score)
    else ofItem.set(key, [score])
  }
  const keys = new Map(examples.map(({ ordinal, rowKey }) => [ordinal, rowKey]))
  const cases = items
    .filter(item => item.release === release)
    .map((item): Case => {
      const repeat = run.plan.repeats > 1 ? ` #${item.repeat + 1}` : ''
      const base = {
        name: `${keys.get(item.ordinal) ?? item.ordinal}${repeat}`,
        className: `${run.suite}.${name}`,
      }
      if (item.state === 'failed')
        return {
          ...base,
          error: { message: item.failureMessage ?? '', type: item.failureCode ?? 'no_answer' },
        }
      if (item.state !== 'scored') return { ...base, skipped: `The answer is ${item.state}.` }
      const own = ofItem.get(`${item.ordinal} ${item.repeat}`) ?? []
      const named = (score: ScoreFigure): string => run.plan.evaluators[score.evaluator]?.name ?? ''
      const broken = own.filter(({ isFailed }) => isFailed)
      if (broken.length > 0)
        return {
          ...base,
          error: { message: `No score: ${broken.map(named).join(', ')}`, type: 'evaluator_failed' },
        }
      const missed = own.filter(({ isPassed }) => isPassed === false)
      if (missed.length === 0) return base
      const message = missed
        .map(score => {
          const threshold = run.plan.evaluators[score.evaluator]?.threshold
          return `${named(score)} ${round(score.value ?? 0)}, and passes from ${threshold} on`
        })
        .join('; ')
      return { ...base, failure: { message, type: missed.map(named).join(' ') } }
    })
  return {
    name: `${run.suite} ${name}`,
    cases,
    properties: { 'release.hash': planned?.hash ?? '', targets: planned?.targets.join(' ') ?? '' },
  }
}

function suiteText({ name, cases, properties }: Suite, run: Run): string {
  const head = {
    name,
    tests: cases.length,
    failures: cases.filter(({ failure }) => failure).length,
    errors: cases.filter(({ error }) => error).length,
    skipped: cases.filter(({ skipped }) => skipped !== undefined).length,
    time: 0,
    timestamp: (run.startedAt ?? run.createdAt).toISOString().slice(0, 19),
    hostname: 'slipway',
  }
  const listed = Object.entries(properties)
    .map(([key, value]) => `      <property${attributes({ name: key, value })}/>\n`)
    .join('')
  return `  <testsuite${attributes(head)}>\n    <properties>\n${listed}    </properties>\n${cases
    .map(caseText)
    .join('')}  </testsuite>\n`
}

function caseText({ name, className, failure, error, skipped }: Case): string {
  const head = `    <testcase${attributes({ name, classname: className, time: 0 })}`
  const inner =
    skipped === undefined
      ? [failure && finding('failure', failure), error && finding('error', error)]
          .filter(part => part)
          .join('')
      : `      <skipped${attributes({ message: skipped })}/>\n`
  return inner === '' ? `${head}/>\n` : `${head}>\n${inner}    </testcase>\n`
}

function finding(kind: 'failure' | 'error', { message, type }: Finding): string {
  return `      <${kind}${attributes({ message, type })}>${escape(message)}</${kind}>\n`
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

/** Characters that XML 1.0 has no way to write are left out. */
function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
      .replaceAll(/[&<>"\n\r\t]/g, character => entities[character] ?? '')
  )
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(3)
}

function round(value: number): string {
  return String(Math.round(value * 10_000) / 10_000)
}
