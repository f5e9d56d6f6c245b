import { describe, expect, it } from 'bun:test'
import type { Run, RunPlan } from '../runs/run.ts'
import { type JUnitInput, toJUnit } from './junit.ts'

const plan: RunPlan = {
  suiteHash: 'abc',
  dataset: { name: 'd', versionId: 'f00', versionNumber: 3, split: null, reference: 'd' },
  columns: { expected: null, context: null },
  releases: [{ name: 'desk@v1', service: 'desk', release: 'v1', hash: 'h1', targets: ['engine:a'] }],
  baseline: 0,
  evaluators: [
    {
      name: 'exact',
      use: 'exact',
      version: 1,
      parametersHash: 'p',
      threshold: 1,
      isJudge: false,
      kind: 'single',
    },
  ],
  repeats: 1,
  seed: 1,
  sample: null,
}

const run = {
  id: '01',
  suite: 'a&b',
  suiteVersion: 2,
  plan,
  workedMs: 1_500,
  createdAt: new Date(0),
  startedAt: undefined,
}

const item = (ordinal: number, state: 'scored' | 'failed' | 'waiting') => ({
  ordinal,
  release: 0,
  repeat: 0,
  state,
  answerKey: undefined,
  cache: undefined,
  failureCode: state === 'failed' ? 'upstream_error' : undefined,
  failureMessage: state === 'failed' ? 'The upstream said "no" <twice>\u0000.' : undefined,
  attempts: 1,
})

const input = {
  run: run as unknown as Run,
  report: {
    verdict: 'not_enough',
    verdictWhy: '2 of 4 got no answer.',
    gates: [
      {
        measure: 'mean',
        bound: 0.8,
        evaluator: 'exact',
        release: 'desk@v1',
        slice: undefined,
        outcome: 'passed',
        why: '',
      },
      { measure: 'latencyP95Ms', bound: 5, release: 'desk@v1', outcome: 'failed', why: 'It took 9 ms.' },
      {
        measure: 'mean',
        bound: 0.9,
        evaluator: 'exact',
        release: 'desk@v1',
        slice: { column: 'x', value: "<'\n" },
        outcome: 'undecided',
        why: 'y',
      },
    ],
  },
  examples: [0, 1, 2, 3].map(ordinal => ({ ordinal, rowKey: `["k${ordinal}"]`, slices: {} })),
  items: [item(0, 'scored'), item(1, 'scored'), item(2, 'failed'), item(3, 'waiting')],
  scores: [
    { ordinal: 0, release: 0, repeat: 0, evaluator: 0, value: 1, isPassed: true, isFailed: false },
    { ordinal: 1, release: 0, repeat: 0, evaluator: 0, value: 0.25, isPassed: false, isFailed: false },
  ],
} as unknown as JUnitInput

/** The elements of junit-10.xsd (Jenkins xUnit plugin) as we use them: their attributes, and what they may hold in that order. */
const schema: Record<string, { attributes: string[]; required: string[]; children: string[] }> = {
  testsuites: {
    attributes: ['name', 'time', 'tests', 'failures', 'disabled', 'errors'],
    required: [],
    children: ['testsuite'],
  },
  testsuite: {
    attributes: [
      'name',
      'tests',
      'failures',
      'errors',
      'group',
      'time',
      'skipped',
      'timestamp',
      'hostname',
      'id',
      'package',
      'file',
      'log',
      'url',
      'version',
    ],
    required: ['name'],
    children: ['properties', 'testcase', 'system-out', 'system-err'],
  },
  properties: { attributes: [], required: [], children: ['property'] },
  property: { attributes: ['name', 'value'], required: ['name', 'value'], children: [] },
  testcase: {
    attributes: ['name', 'time', 'classname', 'group'],
    required: ['name', 'classname'],
    children: [
      'skipped',
      'error',
      'failure',
      'rerunFailure',
      'rerunError',
      'flakyFailure',
      'flakyError',
      'system-out',
      'system-err',
    ],
  },
  failure: { attributes: ['type', 'message'], required: [], children: [] },
  error: { attributes: ['type', 'message'], required: [], children: [] },
  skipped: { attributes: ['type', 'message'], required: [], children: [] },
}

/** All that breaks the schema, and the counts of elements. */
function validate(xml: string): { problems: string[]; counts: Record<string, number> } {
  const problems: string[] = []
  const counts: Record<string, number> = {}
  const open: { name: string; last: number }[] = []
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  for (const [token] of body.matchAll(/<\/?[^>]*>|[^<]+/g)) {
    if (!token.startsWith('<')) {
      if (/&(?!amp;|lt;|gt;|quot;|#\d+;)/.test(token)) problems.push(`bad entity in ${token}`)
      continue
    }
    const [, slash, name = '', rest = ''] = /^<(\/?)(\w+)([^>]*)>$/.exec(token) ?? []
    if (slash === '/') {
      if (open.pop()?.name !== name) problems.push(`${name} is not open`)
      continue
    }
    const rule = schema[name]
    const parent = open.at(-1)
    if (!rule) problems.push(`${name} is unknown`)
    const place = parent
      ? (schema[parent.name]?.children.indexOf(name) ?? -1)
      : name === 'testsuites'
        ? 0
        : -1
    if (place < 0 || (parent && place < parent.last)) problems.push(`${name} stands in the wrong place`)
    if (parent) parent.last = place
    const given = [...rest.matchAll(/ ([\w:]+)="([^"<]*)"/g)]
    if (
      rest
        .replaceAll(/ [\w:]+="[^"<]*"/g, '')
        .replace('/', '')
        .trim() !== ''
    )
      problems.push(`attributes of ${token}`)
    for (const [, attribute = ''] of given)
      if (!rule?.attributes.includes(attribute)) problems.push(`${name} has no attribute ${attribute}`)
    for (const needed of rule?.required ?? [])
      if (!given.some(([, attribute]) => attribute === needed)) problems.push(`${name} lacks ${needed}`)
    counts[name] = (counts[name] ?? 0) + 1
    if (!token.endsWith('/>')) open.push({ name, last: 0 })
  }
  if (open.length > 0) problems.push('something is not closed')
  return { problems, counts }
}

describe('toJUnit', () => {
  it('is valid by the schema of Jenkins, whatever is in names and messages', () => {
    const xml = toJUnit(input)
    expect(validate(xml)).toMatchObject({
      problems: [],
      counts: { testsuite: 2, testcase: 8, failure: 2, error: 3, skipped: 1 },
    })
    expect(xml).toContain('name="slipway a&amp;b" tests="8" failures="2" errors="3" time="1.500"')
    expect(xml).toContain('message="The upstream said &quot;no&quot; &lt;twice&gt;."')
    expect(xml).toContain('exact 0.25, and passes from 1 on')
    expect(xml).toContain('latencyP95Ms ≤ 5')
  })

  it('never lets a run that has not measured enough look like a pass', () => {
    const { problems, counts } = validate(
      toJUnit({ ...input, items: [], report: { ...input.report, gates: [] } }),
    )
    expect([problems, counts['error']]).toEqual([[], 1])
  })

  it('is held against a schema that can find something', () => {
    const broken = toJUnit(input)
      .replace('classname="a&amp;b.desk@v1"', 'class="x"')
      .replace('</testsuites>', '')
    expect(validate(broken).problems).toEqual([
      'testcase has no attribute class',
      'testcase lacks classname',
      'something is not closed',
    ])
  })
})
