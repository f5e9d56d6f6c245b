import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { callerOf, type MadeReviews, makeReviews } from '../__fixtures__/make-reviews.ts'
import { dropOldReviews } from '../reviews-jobs.ts'
import { answerExample, releaseExample, takeExample } from './answer-example.ts'
import type { ExampleTerms, NewExampleReview } from './example-review.ts'
import { findExample, listExamples } from './example-store.ts'

let test: TestDatabase
let made: MadeReviews
const ann = callerOf('ann')
const ben = callerOf('ben')
const cleo = callerOf('cleo', 'globex')

beforeAll(async () => {
  test = await createTestDatabase()
  made = await makeReviews(test.database)
})

afterAll(async () => {
  await made.stop()
  await test[Symbol.asyncDispose]()
})

const terms = (changed: Partial<ExampleTerms> = {}): ExampleTerms => ({
  tenant: 'acme',
  purpose: 'label-suspects',
  title: 'support@3',
  people: 1,
  priority: 'normal',
  dueMinutes: 60,
  askedBy: 'maker',
  ...changed,
})

const aQuestion = (
  subject: string,
  item: string,
  changed: Partial<NewExampleReview> = {},
): NewExampleReview => ({
  subject,
  item,
  shown: [{ name: 'input', text: 'My card was charged twice, write to zoe@example.org' }],
  question: 'Which label is right?',
  answer: { kind: 'choice', choices: ['billing', 'delivery'] },
  ...changed,
})

const reasonOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Failure ? (error.details['reason'] ?? error.code) : error),
  )

const said = (id: string, answer: string | undefined) => ({ id, answer, note: undefined })

describe('a question about an example', () => {
  it('is asked once, shown masked, given to one person, and decided by the answer', async () => {
    const { examples, context } = made.reviews
    const asked = { tenant: 'acme', purpose: 'label-suspects', subject: 'once' } as const
    expect(await examples.ask(terms(), [aQuestion('once', '["a"]')])).toEqual({ asked: 1, known: 0 })
    expect(await examples.ask(terms(), [aQuestion('once', '["a"]'), aQuestion('once', '["b"]')])).toEqual({
      asked: 1,
      known: 1,
    })
    const first = await takeExample(context, { subject: 'once' }, ann)
    expect(first).toMatchObject({ item: '["a"]', claimedBy: 'ann' })
    expect(JSON.stringify(first)).not.toContain('zoe@example.org')
    expect(first?.shown[0]?.text).toContain('⟦EMAIL_ADDRESS 1⟧')
    const second = await takeExample(context, { subject: 'once' }, ben)
    expect(second).toMatchObject({ item: '["b"]' })
    expect(await takeExample(context, { subject: 'once' }, callerOf('dora'))).toBeUndefined()
    expect(await reasonOf(answerExample(context, said(first!.id, 'billing'), ben))).toBe('claimed')
    expect(await reasonOf(answerExample(context, said(first!.id, 'weather'), ann))).toBe('invalid_request')
    expect(await answerExample(context, said(first!.id, 'billing'), ann)).toMatchObject({
      state: 'decided',
      answer: 'billing',
    })
    expect(await reasonOf(answerExample(context, said(first!.id, 'billing'), ann))).toBe('already_decided')
    await releaseExample(context, second!.id, ben)
    expect(await answerExample(context, said(second!.id, undefined), ann)).toMatchObject({
      state: 'decided',
      answer: undefined,
    })
    expect(await examples.count(asked)).toEqual({ pending: 0, decided: 2, withdrawn: 0 })
    expect(
      (await examples.decisions(asked)).map(({ item, answer, reviewers }) => [item, answer, reviewers]),
    ).toEqual([
      ['["a"]', 'billing', ['ann']],
      ['["b"]', undefined, ['ann']],
    ])
    const audit = await test.database.query<{ actor: string; after: string }>(
      'SELECT actor, e::text AS after FROM audit_entries AS e WHERE subject = $1',
      [`example-review:${first!.id}`],
    )
    expect(audit).toHaveLength(1)
    expect(audit[0]).toMatchObject({ actor: 'ann' })
    // which answer it was is content
    expect(audit[0]?.after).not.toContain('billing')
  })

  it('waits for as many people as it asks for, each once, and goes by more than half of them', async () => {
    const { examples, context } = made.reviews
    await examples.ask(terms({ people: 3 }), [aQuestion('three', 'x'), aQuestion('three', 'y')])
    const answers = { x: ['billing', 'delivery', 'billing'], y: ['billing', 'delivery', undefined] }
    for (const item of ['x', 'y'] as const)
      for (const [index, name] of ['ann', 'ben', 'dora'].entries()) {
        const taken = await takeExample(context, { subject: 'three' }, callerOf(name))
        expect(taken?.item).toBe(item)
        const after = await answerExample(context, said(taken!.id, answers[item][index]), callerOf(name))
        expect(after.state).toBe(index === 2 ? 'decided' : 'pending')
        if (index === 0)
          expect(await reasonOf(answerExample(context, said(taken!.id, 'billing'), callerOf(name)))).toBe(
            'already_answered',
          )
      }
    const decisions = await examples.decisions({
      tenant: 'acme',
      purpose: 'label-suspects',
      subject: 'three',
    })
    expect(decisions.map(({ answer }) => answer)).toEqual(['billing', undefined])
    expect(decisions[0]?.answers).toEqual(['billing', 'delivery', 'billing'])
  })

  it('keeps what people write sealed', async () => {
    const { examples, context } = made.reviews
    await examples.ask(terms({ purpose: 'collection', people: 2 }), [
      aQuestion('write', '1', { question: 'Write a complaint in dialect.', answer: { kind: 'text' } }),
    ])
    const taken = await takeExample(context, { purpose: 'collection' }, ann)
    await answerExample(context, said(taken!.id, 'Mei Karte is zwoamoi belastet worn'), ann)
    const rows = await test.database.query<{ row: string }>(
      'SELECT a::text AS row FROM review_example_answers AS a WHERE review_id = $1',
      [taken!.id],
    )
    expect(rows[0]?.row).not.toContain('Karte')
    const [decision] = await examples.decisions({ tenant: 'acme', purpose: 'collection', subject: 'write' })
    expect(decision?.answer).toBe('Mei Karte is zwoamoi belastet worn')
  })

  it('is of its tenant alone, can be withdrawn, and is deleted after its retention', async () => {
    const { examples, context } = made.reviews
    const asked = { tenant: 'acme', purpose: 'label-suspects', subject: 'gone' } as const
    await examples.ask(terms(), [aQuestion('gone', 'a')])
    const [waiting] = await listExamples(
      test.database,
      { ...asked, state: 'pending' },
      { after: undefined, limit: 5 },
    )
    expect(await takeExample(context, { subject: 'gone' }, cleo)).toBeUndefined()
    expect(await reasonOf(answerExample(context, said(waiting!.id, 'billing'), cleo))).toBe('not_found')
    expect(await examples.withdraw(asked)).toBe(1)
    expect(await reasonOf(answerExample(context, said(waiting!.id, 'billing'), ann))).toBe('already_decided')
    made.pass(5_000 * 86_400_000)
    await dropOldReviews(context).run({}, {
      logger: context.logger,
      signal: new AbortController().signal,
    } as never)
    expect(await findExample(test.database, waiting!.id)).toBeUndefined()
  })

  it('refuses a question that asks nothing', async () => {
    const one = aQuestion('bad', 'a', { answer: { kind: 'choice', choices: ['billing', 'billing'] } })
    expect(await reasonOf(made.reviews.examples.ask(terms(), [one]))).toBe('invalid_request')
  })
})
