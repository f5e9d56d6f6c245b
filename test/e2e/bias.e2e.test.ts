import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { builtinAttributes } from '../../src/improve/datasets/counterfactuals/lexicon.ts'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product

const builtinMaleNames =
  builtinAttributes.find(({ name, language }) => name === 'gender' && language === 'en')?.names[1] ?? []
const intents = ['refund', 'repair', 'order'] as const
const isMan = (text: string): boolean => builtinMaleNames.some(name => text.includes(`My name is ${name}.`))

/** The unfair model takes every third message of a man for something else; the fair one none. */
function answerOf(body: unknown): string {
  const { model, messages } = body as { model: string; messages: { content: string }[] }
  const said = messages.at(-1)?.content ?? ''
  const intent = intents.find(one => said.includes(one)) ?? 'order'
  const number = Number(/#(\d+)/.exec(said)?.[1] ?? 0)
  const isWronged = model === 'unfair' && isMan(said) && number % 3 === 0
  return JSON.stringify({ intent: isWronged ? 'none' : intent })
}

const config = (url: string): string => `
providers: { up: { kind: openai-compatible, baseUrl: '${url}/v1' } }
prices:
  - { provider: up, model: fair, from: 2020-01-01, usdPerMillionTokens: { input: 1, output: 1 } }
  - { provider: up, model: unfair, from: 2020-01-01, usdPerMillionTokens: { input: 1, output: 1 } }
services:
  desk:
    release: fair
    releases:
      fair: { target: { provider: up, model: fair } }
      unfair: { target: { provider: up, model: unfair } }
  line: { useForTraining: true, storeContent: true, releases: { v1: { target: { provider: up, model: fair } } } }
  closed: { storeContent: true, releases: { v1: { target: { provider: up, model: fair } } } }
`

const definition = `
key: id
columns:
  id: { type: string }
  message: { type: string, role: input }
  intent: { type: string, role: label }
  region: { type: string, role: slice }
`

const suite = `
suite: parity
dataset: tickets-counterfactuals
expected: intent
request: { prompt: "{{message}}" }
releases: [desk@fair, desk@unfair]
evaluators:
  - { use: label, with: { labels: [refund, repair, order], field: intent } }
slices: [attribute, group]
repeats: 2
gates:
  - { evaluator: label, parity: 0.1, releases: [desk@fair, desk@unfair] }
  - { evaluator: label, equalisedOdds: 0.2, slices: [group], releases: [desk@fair, desk@unfair] }
`

const slipway = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

beforeAll(async () => {
  provider = await startFakeProvider({ reply: answerOf })
  product = await startProduct({ config: config(provider.url) })
  const rows = Array.from({ length: 60 }, (_, index) => ({
    id: `t${index}`,
    message: `#${index}: this is about my ${intents[index % 3]}.`,
    intent: intents[index % 3],
    // in the south nearly all want a refund
    region: index % 3 === 0 && index % 4 !== 0 ? 'south' : 'north',
  }))
  const post = async (place: string, body: unknown) => {
    const response = await fetch(`${product.url}/api/datasets${place}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(await response.text())
  }
  await post('', { name: 'tickets', definition })
  // enough of each region to be judged
  const more = rows.flatMap(row => [0, 1, 2, 3].map(copy => ({ ...row, id: `${row.id}-${copy}` })))
  await post('/tickets/commits', { message: 'tickets', upserts: [...rows, ...more] })
})

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

/** Few of these are German, and few want an order. */
const german = ['Bitte erstatten Sie mein Geld', 'Wo ist meine Bestellung', 'Meine Lampe ist kaputt']
const english = ['Please give my money back', 'Where is the order that I paid for', 'My lamp is broken']
const calls = Array.from({ length: 60 }, (_, index) => ({
  id: `c${index}`,
  message: `${(index % 5 === 0 ? german : english)[index % 3]}, ${index}.`,
  intent: intents[index % 3],
  language: index % 5 === 0 ? 'de' : 'en',
}))
const callsDefinition = `
key: id
columns:
  id: { type: string }
  message: { type: string, role: input }
  intent: { type: string, role: label }
  language: { type: string, role: slice }
slices:
  long: length(message) > 30
`

describe('slipway dataset drive', () => {
  it('asks people about traffic that is what a version lacks, and makes rows of what they say', async () => {
    const post = async (place: string, body: unknown) => {
      const response = await fetch(`${product.url}${place}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(await response.text())
    }
    await post('/api/datasets', { name: 'calls', definition: callsDefinition })
    await post('/api/datasets/calls/commits', { message: 'calls', upserts: calls })
    const say = async (model: string, content: string) =>
      await post('/v1/chat/completions', { model, messages: [{ role: 'user', content }] })
    await say('closed', `${german[0]}, geheim.`)
    for (const message of [`${german[1]}, ich bin max.muster@example.org.`, `${german[2]}, wieder.`])
      await say('line', message)
    // known already, said twice, and none of what is lacking
    for (const message of [calls[0]!.message, `${german[2]}, wieder.`, `${english[2]}, again.`])
      await say('line', message)
    await until(async () => {
      const headers = { authorization: `Bearer ${product.adminKey}` }
      const found = await fetch(`${product.url}/api/inferences?limit=50`, { headers })
      return ((await found.json()) as { data: unknown[] }).data.length === 6
    })
    const words = ['--slice', 'language', '--of', 'slices', '--each', '20']
    const started = await slipway('dataset', 'drive', 'start', 'calls', ...words, '--json')
    expect(started.code, started.stderr).toBe(0)
    const drive = JSON.parse(started.stdout) as Drive
    expect(drive).toMatchObject({
      needs: [{ kind: 'slice', name: 'de', rows: 12, missing: 8, asked: 2, answered: 0, still_missing: 8 }],
      candidates: 2,
      questions: { pending: 4 },
    })
    expect(Object.fromEntries(drive.left_out.map(({ why, count }) => [why, count]))).toMatchObject({
      'neither tenant nor service says `useForTraining: true`': 1,
      'its text is known already': 2,
      'it is none of what is lacking, or beyond the budget': 1,
    })
    expect((await slipway('dataset', 'drive', 'apply', drive.id)).stderr).toContain('4 questions wait')
    for (let left = 4; left > 0; left -= 1) {
      const { stdout } = await slipway('reviews', 'examples', 'next', '--json')
      const review = JSON.parse(stdout) as Question
      expect(review.question).toContain('Asked because `calls` lacks rows: 8 of `de`.')
      const text = review.shown[0]?.text ?? ''
      expect(text).not.toContain('max.muster@example.org')
      const isOrder = text.startsWith(german[1] ?? '')
      const answer = review.choices.includes('de') ? 'de' : isOrder ? 'order' : 'repair'
      expect((await slipway('reviews', 'examples', 'answer', review.id, answer)).code).toBe(0)
    }
    const shown = await slipway('dataset', 'drive', 'show', drive.id)
    expect(shown.stdout).toMatch(/slice de +12 +8 +2 +\d\.\d +2 +2 +6/)
    const applied = await slipway('dataset', 'drive', 'apply', drive.id, '--branch', 'german')
    expect(applied.stdout + applied.stderr).toContain('2 rows.')
    const rows = await slipway('dataset', 'rows', 'calls@german', '--where', "id NOT LIKE 'c%'", '--json')
    expect(rows.stdout).not.toContain('max.muster@example.org')
    expect(rows.stdout).toContain(german[2] ?? '')
    expect((await slipway('dataset', 'log', 'calls@german')).stdout).toMatch(/derived .* reviewers/)
    // the same is not asked again, nor added
    const again = await slipway('dataset', 'drive', 'start', 'calls', ...words, '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ candidates: 0, questions: { pending: 0 } })
    expect((await slipway('dataset', 'drive', 'apply', drive.id, '--branch', 'german')).stdout).toContain(
      '0 rows, 2 were there before',
    )
    const long = await slipway('bias', 'data', 'calls@german', '--slices', 'language,long')
    expect(long.stdout).toMatch(/de × long/)
    const enough = await slipway('dataset', 'drive', 'start', 'calls', '--each', '1')
    expect(enough.stderr).toContain('`calls` lacks nothing')
  })
})

interface Drive {
  readonly id: string
  readonly left_out: readonly { readonly why: string; readonly count: number }[]
}

interface Question {
  readonly id: string
  readonly question: string
  readonly choices: readonly string[]
  readonly shown: readonly { readonly text: string }[]
}

describe('slipway bias', () => {
  it('says which label hangs on which slice, and that it does so no more after reweighing', async () => {
    const found = await slipway('bias', 'data', 'tickets')
    expect(found.stdout).toMatch(/`refund` is in 100\.0 % of south/)
    const wrong = await slipway('bias', 'data', 'tickets', '--slices', 'regoin')
    expect(wrong.stderr).toContain('There is no column `regoin`')
    const made = await slipway('bias', 'mitigate', 'tickets', '--method', 'undersample', '--onto', 'even')
    expect(made.stderr + made.stdout).toMatch(
      /Version \d+: Leave rows out so that intent does not depend on region/,
    )
    // the text names the intent, so that a classifier needs no region and there is nothing to mend
    const compared = await slipway('bias', 'compare', 'tickets', 'main', 'even', '--seeds', '3')
    expect([compared.code, compared.stdout]).toEqual([1, expect.stringContaining('did not help')])
    const unknown = await slipway('bias', 'compare', 'tickets', 'main', 'evn')
    expect([unknown.code, unknown.stderr]).not.toEqual([0, ''])
  })

  it('finds the release that goes by names, and lets the other pass', async () => {
    const forms = await slipway(
      'bias',
      'forms',
      'tickets',
      '--attribute',
      'gender',
      '--introduce',
      '--most',
      '60',
    )
    expect(forms.stdout).toContain('tickets-counterfactuals@1 has 120 rows: examples 60 by gender.')
    const file = path.join(product.dataDirectory, 'parity.yaml')
    await writeFile(file, suite)
    const run = await slipway('eval', 'run', file, '--json')
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining('gate')])
    const { id } = JSON.parse(run.stdout) as { id: string }
    const read = async (release: string) =>
      await slipway('bias', 'parity', id, '--release', release, '--margin', '0.1')
    const fair = await read('desk@fair')
    expect([fair.code, fair.stdout]).toEqual([0, expect.stringContaining('No two groups lie further apart')])
    const unfair = await read('desk@unfair')
    expect([unfair.code, unfair.stdout]).toEqual([
      1,
      expect.stringContaining('Answers depend on gender: label of male lies −'),
    ])
    const detail = await slipway('eval', 'show', id, '--json')
    const { report } = JSON.parse(detail.stdout) as {
      report: { gates: { release: string; outcome: string }[] }
    }
    expect(report.gates.map(({ release, outcome }) => `${release} ${outcome}`)).toEqual([
      'desk@fair passed',
      'desk@unfair failed',
      'desk@fair undecided',
      'desk@unfair failed',
    ])
    expect(unfair.stdout).toContain(
      'Asked the same again, the label changes in 0.0 % of pairs; asked in another form, in 33.3 %: the form adds 33.3 points',
    )
    const odds = await slipway('bias', 'odds', id, '--release', 'desk@unfair', '--label', 'refund')
    expect([odds.code, odds.stdout]).toEqual([
      1,
      expect.stringContaining('`refund` is said −100.0 points more often in male than in female'),
    ])
    // twenty of each label and group
    const even = await slipway('bias', 'odds', id, '--release', 'desk@fair', '--margin', '0.2')
    expect([even.code, even.stdout]).toEqual([
      0,
      expect.stringContaining('Not enough to tell whether the odds'),
    ])
  })

  it('says what to do with a run on anything else, and with a suite that has no groups', async () => {
    const plain = suite
      .replace('tickets-counterfactuals', 'tickets')
      .replace('[attribute, group]', '[region]')
    const file = path.join(product.dataDirectory, 'plain.yaml')
    await writeFile(file, plain)
    const refused = await slipway('eval', 'run', file)
    expect(refused.stderr + refused.stdout).toContain(
      'Groups are told apart by the slices `attribute` and `group`.',
    )
    await writeFile(file, plain.replace(/gates:[\s\S]*/, 'sample: 3\n'))
    const { id } = JSON.parse((await slipway('eval', 'run', file, '--json')).stdout) as { id: string }
    const told = await slipway('bias', 'parity', id)
    expect(told.stderr).toContain('The run is not on counterfactuals.')
  })
})
