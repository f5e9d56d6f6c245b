import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { createLogger, type Database, Failure } from '../../foundation/platform/index.ts'
import { anAnswer, callerOf, type MadeReviews, makeReviews } from './__fixtures__/make-reviews.ts'
import { letReviewGo, takeNextReview, takeReview } from './claim-review.ts'
import { decideReview, expireReview } from './decide-review.ts'
import { editReview } from './edit-review.ts'
import { exportReviews } from './export-reviews.ts'
import { insertKnownAnswer } from './known-answer-store.ts'
import { readReview } from './read-review.ts'
import { hashOf, type Review } from './review.ts'
import { readReviewStats } from './review-stats.ts'
import { explainPending, listEvents, listPending } from './review-store.ts'
import { dropOldReviews, expireReviews } from './reviews-jobs.ts'
import { runApproved } from './run-approved.ts'
import { unmaskReview } from './unmask-review.ts'

let test: TestDatabase
let made: MadeReviews
const ann = callerOf('ann')
const ben = callerOf('ben')

beforeAll(async () => {
  test = await createTestDatabase()
  made = await makeReviews(test.database)
})

afterAll(async () => {
  await made.stop()
  await test[Symbol.asyncDispose]()
})

const reasonOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Failure ? (error.details['reason'] ?? error.code) : error),
  )

const approve = (review: Review, by = ann) =>
  decideReview(
    made.reviews.context,
    { id: review.id, verdict: 'approve', contentHash: review.contentHash, rationale: 'it is right' },
    by,
  )

const reject = (review: Review, by = ann) =>
  decideReview(
    made.reviews.context,
    { id: review.id, verdict: 'reject', contentHash: review.contentHash, rationale: 'it is wrong' },
    by,
  )

const kindsIn = async (database: Database, id: string) =>
  (await listEvents(database, id)).map(({ kind }) => kind)

const kindsOf = (id: string) => kindsIn(test.database, id)

describe('a review', () => {
  it('gives out exactly what was approved, and only then', async () => {
    const asked = anAnswer('Tomorrow at nine.')
    const review = await made.reviews.submit(asked)
    expect(await made.reviews.outcome(review.id)).toMatchObject({ kind: 'pending', id: review.id })
    await approve(review)
    const outcome = await made.reviews.outcome(review.id)
    expect(outcome).toEqual({ kind: 'content', content: asked.content, how: 'approved' })
    expect(review.contentHash).toBe(hashOf(asked.content))
    expect(await kindsOf(review.id)).toEqual(['created', 'approved', 'released'])
    const audit = await test.database.query<{ action: string; actor: string }>(
      'SELECT action, actor FROM audit_entries WHERE subject = $1',
      [`review:${review.id}`],
    )
    expect(audit).toEqual([{ action: 'review:decide', actor: 'ann' }])
  })

  it('keeps nothing in the clear: not in the rows, not in the log', async () => {
    const review = await made.reviews.submit(anAnswer('Write to zoe.secret@example.org about it.'))
    const rows = await test.database.query(
      `SELECT r::text AS row, (SELECT string_agg(v::text, '') FROM review_versions AS v WHERE v.review_id = r.id) AS versions
       FROM reviews AS r WHERE id = $1`,
      [review.id],
    )
    expect(JSON.stringify(rows)).not.toContain('zoe.secret')
    expect(JSON.stringify(rows)).not.toContain('ann@example.org')
    const detail = await readReview(made.reviews.context, review.id, ann, id => id)
    expect(detail.texts[0]?.text).toBe('Write to ⟦EMAIL_ADDRESS 2⟧ about it.')
    expect(detail.context[0]?.text).toBe('I am ⟦EMAIL_ADDRESS 1⟧. When?')
    const shown = await unmaskReview(made.reviews.context, { id: review.id, reason: 'to judge it' }, ann)
    expect(shown.texts[0]?.text).toBe('Write to zoe.secret@example.org about it.')
    expect(shown.context[0]?.text).toContain('ann@example.org')
    expect(await kindsOf(review.id)).toEqual(['created', 'unmasked'])
  })

  it('is refused to whoever asked for it, and to other tenants', async () => {
    const review = await made.reviews.submit(anAnswer('x'))
    expect(await reasonOf(approve(review, callerOf('maker')))).toBe('own_inference')
    expect(await reasonOf(approve(review, callerOf('zed', 'globex')))).toBe('not_found')
    expect(await reasonOf(approve({ ...review, contentHash: hashOf('y') }))).toBe('content_changed')
    expect(await kindsOf(review.id)).toEqual(['created'])
  })

  it('takes an edit with its placeholders, which somebody else has to approve', async () => {
    const review = await made.reviews.submit(anAnswer('Call me at bob@example.org today.'))
    const edit = (text: string) =>
      editReview(
        made.reviews.context,
        {
          id: review.id,
          contentHash: review.contentHash,
          texts: [{ index: 0, text }],
          rationale: 'say when',
        },
        ann,
      )
    expect(await reasonOf(edit('Call ⟦EMAIL_ADDRESS 9⟧.'))).toBe('invalid_request')
    const edited = await edit('Call me at ⟦EMAIL_ADDRESS 2⟧ at nine, or at new@example.org.')
    expect(edited).toMatchObject({ version: 1, state: 'pending' })
    expect(await reasonOf(approve(review, ben))).toBe('content_changed')
    expect(await reasonOf(approve(edited, ann))).toBe('own_edit')
    expect((await approve(edited, ben)).state).toBe('edited')
    const outcome = await made.reviews.outcome(review.id)
    expect(outcome?.kind === 'content' && JSON.parse(outcome.content)).toMatchObject({
      content: { role: 'assistant', content: 'Call me at bob@example.org at nine, or at new@example.org.' },
      finishReason: 'stop',
    })
    const detail = await readReview(made.reviews.context, review.id, ann, id => id)
    expect(detail.versions.map(({ texts }) => texts[0]?.text)).toEqual([
      'Call me at ⟦EMAIL_ADDRESS 2⟧ today.',
      'Call me at ⟦EMAIL_ADDRESS 2⟧ at nine, or at ⟦EMAIL_ADDRESS 3⟧.',
    ])
    expect(detail.people).toEqual({ needed: 2, have: 2 })
  })

  it('wants two people where the policy says so, and tells none what the other said', async () => {
    const review = await made.reviews.submit(anAnswer('x', { terms: { fourEyes: true } }))
    expect((await approve(review)).state).toBe('pending')
    expect(await reasonOf(approve(review))).toBe('already_approved')
    const forBen = await readReview(made.reviews.context, review.id, ben, id => id)
    expect(forBen.votes).toEqual([])
    expect(forBen.people).toEqual({ needed: 2, have: 1 })
    expect(JSON.stringify(forBen.events)).not.toContain('it is right')
    expect((await approve(review, ben)).state).toBe('approved')
    expect((await readReview(made.reviews.context, review.id, ben, id => id)).votes).toHaveLength(2)
  })

  it('is refused where what is stored is not what was approved', async () => {
    const review = await made.reviews.submit(anAnswer('one'))
    const other = await made.reviews.submit(anAnswer('two'))
    await approve(review)
    // the sealed text of another review under this one's row: it does not even open
    await test.database.query(
      `UPDATE review_versions SET sealed = (SELECT sealed FROM review_versions WHERE review_id = $2) WHERE review_id = $1`,
      [review.id, other.id],
    )
    expect(await made.reviews.outcome(review.id).catch(() => 'sealed for another')).toBe('sealed for another')
    const third = await made.reviews.submit(anAnswer('three'))
    await approve(third)
    await test.database.query(`UPDATE reviews SET content_hash = repeat('0', 64) WHERE id = $1`, [third.id])
    expect(await reasonOf(made.reviews.outcome(third.id))).toBe('content_differs')
    expect(await kindsOf(third.id)).toContain('content_differs')
  })
})

describe('expiry', () => {
  it('does what the policy says, at the latest when somebody asks', async () => {
    const terms = { expireMinutes: 1 }
    const denied = await made.reviews.submit(anAnswer('x', { terms }))
    const said = await made.reviews.submit(
      anAnswer('x', { terms: { ...terms, onExpire: 'fallback-message' } }),
    )
    const asked = anAnswer('let out', { terms: { ...terms, onExpire: 'release' } })
    const released = await made.reviews.submit(asked)
    // an edit that nobody has approved is not what is let out
    await editReview(
      made.reviews.context,
      {
        id: released.id,
        contentHash: released.contentHash,
        texts: [{ index: 0, text: 'edited' }],
        rationale: 'better',
      },
      ann,
    )
    made.pass(60_001)
    expect(await reasonOf(approve(denied))).toBe('expired')
    expect(await made.reviews.outcome(denied.id)).toMatchObject({ kind: 'refused', why: 'expired' })
    expect(await made.reviews.outcome(said.id)).toEqual({ kind: 'message', message: 'later' })
    const outcome = await made.reviews.outcome(released.id)
    expect(outcome).toEqual({ kind: 'content', content: asked.content, how: 'expired' })
    expect(await expireReview(made.reviews.context, denied.id)).toBeUndefined()
    expect(made.decided.filter(({ id }) => id === denied.id)).toHaveLength(1)
  })
})

describe('the jobs', () => {
  const logger = createLogger({ level: 'error' })
  const jobContext = { jobId: 'j', logger, signal: new AbortController().signal }

  it('end what is overdue, take up what was let out, and delete what is past its retention', async () => {
    await using own = await createTestDatabase()
    const apart = await makeReviews(own.database, { retentionDays: 1 })
    const { context } = apart.reviews
    const terms = { expireMinutes: 1 } as const
    const denied = await apart.reviews.submit(anAnswer('x', { terms }))
    const request = { side: 'input', terms: { ...terms, onExpire: 'release' } } as const
    const released = await apart.reviews.submit(anAnswer('x', request))
    const open = await apart.reviews.submit(anAnswer('x'))
    const taken: string[] = []
    const job = expireReviews(context, async id => void taken.push(id))
    await job.run({}, jobContext)
    expect(await kindsIn(own.database, denied.id)).toEqual(['created'])
    apart.pass(60_001)
    await job.run({}, jobContext)
    expect(await kindsIn(own.database, denied.id)).toEqual(['created', 'expired'])
    expect(await kindsIn(own.database, open.id)).toEqual(['created'])
    expect(taken).toEqual([released.id])
    apart.pass(86_400_000)
    await dropOldReviews(context).run({}, jobContext)
    expect(await kindsIn(own.database, denied.id)).toEqual([])
    expect(await kindsIn(own.database, open.id)).toEqual(['created'])
    await apart.stop()
  })
})

describe('races', () => {
  it('has one end, however many decide and expire at once', async () => {
    for (let round = 0; round < 8; round += 1) {
      const review = await made.reviews.submit(anAnswer(`race ${round}`))
      const results = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name, index) =>
          reasonOf(index % 2 === 0 ? approve(review, callerOf(name)) : reject(review, callerOf(name))),
        ),
      )
      expect(results.filter(result => result === 'done')).toHaveLength(1)
      expect(results.filter(result => result === 'already_decided')).toHaveLength(3)
      const events = await listEvents(test.database, review.id)
      expect(events.filter(({ state }) => state !== 'pending')).toHaveLength(1)
      expect(made.decided.filter(({ id }) => id === review.id)).toHaveLength(1)
    }
  })

  it('lets a decision and the expiry never both win', async () => {
    const terms = { expireMinutes: 0.5 }
    const reviews = await Promise.all(
      Array.from({ length: 8 }, (_, index) => made.reviews.submit(anAnswer(`edge ${index}`, { terms }))),
    )
    made.pass(30_001)
    await Promise.all(
      reviews.flatMap(review => [
        reasonOf(approve(review)),
        expireReview(made.reviews.context, review.id),
        made.reviews.outcome(review.id),
      ]),
    )
    for (const { id } of reviews) {
      expect((await kindsOf(id)).filter(kind => kind !== 'created')).toEqual(['expired'])
    }
  })

  it('gives no two reviewers the same item, and takes it back when the lease is over', async () => {
    await using own = await createTestDatabase()
    const apart = await makeReviews(own.database)
    const { context } = apart.reviews
    for (let index = 0; index < 6; index += 1) await apart.reviews.submit(anAnswer(`item ${index}`))
    const taken = await Promise.all(
      Array.from({ length: 6 }, (_, index) => takeNextReview(context, noFilter, callerOf(`r${index}`))),
    )
    expect(new Set(taken.map(review => review?.id)).size).toBe(6)
    expect(await takeNextReview(context, noFilter, callerOf('late'))).toBeUndefined()
    const [first] = taken
    expect(await reasonOf(takeReview(context, first!.id, callerOf('late')))).toBe('claimed')
    expect(
      await reasonOf(
        decideReview(
          context,
          { id: first!.id, verdict: 'approve', contentHash: first!.contentHash, rationale: 'fine' },
          callerOf('late'),
        ),
      ),
    ).toBe('claimed')
    await letReviewGo(context, first!.id, callerOf('r0'))
    expect((await takeReview(context, first!.id, callerOf('late'))).claimedBy).toBe('late')
    apart.pass(11 * 60_000)
    expect((await takeReview(context, first!.id, callerOf('next'))).claimedBy).toBe('next')
    await apart.stop()
  })
})

const noFilter = { service: undefined, priority: undefined, side: undefined }

describe('an approved request', () => {
  const aRequest = () =>
    made.reviews.submit(anAnswer('', { side: 'input', content: '{"model":"support"}', texts: [] }))

  it('is asked once, and answered from what was stored', async () => {
    const review = await aRequest()
    await approve(review)
    expect(await made.reviews.outcome(review.id)).toEqual({ kind: 'pending', id: review.id })
    const calls: string[] = []
    const ask = async ({ body }: { body: string }): Promise<string> => {
      calls.push(body)
      await Bun.sleep(20)
      return '{"kind":"answer"}'
    }
    const signal = new AbortController().signal
    const { context } = made.reviews
    await Promise.all([1, 2, 3].map(() => runApproved(context, review.id, ask, signal)))
    await runApproved(context, review.id, ask, signal)
    expect(calls).toEqual(['{"model":"support"}'])
    const outcome = { kind: 'content', content: '{"kind":"answer"}', how: 'approved' } as const
    expect(await made.reviews.outcome(review.id)).toEqual(outcome)
    // decided, and answered
    expect(made.decided.filter(({ id }) => id === review.id)).toHaveLength(2)
  })

  it('is asked by another process when the first has died', async () => {
    const review = await aRequest()
    await approve(review)
    const { context } = made.reviews
    const dying = new AbortController()
    // a process that is gone never comes back with an answer
    await new Promise<void>(resolve => {
      const neverAnswered = () => new Promise<string>(() => resolve())
      void runApproved(context, review.id, neverAnswered, dying.signal)
    })
    const ask = async (): Promise<string> => '{"kind":"failed"}'
    await runApproved(context, review.id, ask, dying.signal)
    expect((await made.reviews.outcome(review.id))?.kind).toBe('pending')
    made.pass(31_000)
    await runApproved(context, review.id, ask, dying.signal)
    expect((await made.reviews.outcome(review.id))?.kind).toBe('content')
  })

  it('hangs on the review of its answer where that is held as well', async () => {
    const review = await aRequest()
    await approve(review)
    const answer = await made.reviews.submit(anAnswer('the answer', { parentId: review.id }))
    expect(await reasonOf(made.reviews.submit(anAnswer('another', { parentId: review.id })))).toBe('conflict')
    const waiting = made.reviews.wait(review.id, AbortSignal.timeout(30_000))
    await Bun.sleep(20)
    await reject(answer)
    expect(await waiting).toEqual({ kind: 'refused', why: 'rejected', message: 'no' })
  })
})

describe('wait', () => {
  it('wakes with the decision, with the expiry, and when the client leaves', async () => {
    const decided = await made.reviews.submit(anAnswer('x'))
    const leaving = new AbortController()
    const left = made.reviews.wait(decided.id, leaving.signal)
    const waiting = [1, 2].map(() => made.reviews.wait(decided.id, AbortSignal.timeout(30_000)))
    await Bun.sleep(30)
    leaving.abort()
    expect(await left).toMatchObject({ kind: 'pending' })
    const startedAt = performance.now()
    await approve(decided)
    for (const outcome of await Promise.all(waiting)) expect(outcome?.kind).toBe('content')
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    const expiring = await made.reviews.submit(anAnswer('x', { terms: { expireMinutes: 0.002 } }))
    expect(await made.reviews.wait(expiring.id, AbortSignal.timeout(30_000))).toMatchObject({
      why: 'expired',
    })
  })
})

describe('known answers, stats and the export', () => {
  it('measures reviewers with items that look like any other, and gives those to nobody else', async () => {
    await using own = await createTestDatabase()
    const apart = await makeReviews(own.database, { knownAnswerPercent: 50, random: () => 0.1 })
    const { context } = apart.reviews
    await insertKnownAnswer(own.database, {
      id: '019ab000-0000-7000-8000-000000000001',
      tenant: 'acme',
      service: 'support',
      context: [{ role: 'user', kind: 'text', text: 'May I?', marks: [] }],
      answer: 'Surely never.',
      expected: 'reject',
      reason: 'it contradicts itself',
      isActive: true,
      createdAt: new Date(),
      createdBy: 'owner',
    })
    const shared = await apart.reviews.submit(anAnswer('to bob@example.org', { terms: { fourEyes: true } }))
    const decide = (review: Review, verdict: 'approve' | 'reject', by = ann) =>
      decideReview(context, { id: review.id, verdict, contentHash: review.contentHash, rationale: 'so' }, by)
    await decide(shared, 'approve')
    const queue = { tenant: undefined, ...noFilter, isMine: false }
    const forAnn = await listPending(own.database, { ...queue, reviewer: 'ann' }, firstPage)
    const forBen = await listPending(own.database, { ...queue, reviewer: 'ben' }, firstPage)
    expect(forAnn).toHaveLength(2)
    expect(forBen.map(({ id }) => id)).toEqual([shared.id])
    const known = await takeNextReview(context, noFilter, ann)
    const detail = await readReview(context, known!.id, ann, id => id)
    expect(JSON.stringify(detail)).not.toContain('contradicts')
    await decide(known!, 'approve')
    expect((await readReview(context, known!.id, ann, id => id)).known_answer).toEqual({
      expected: 'reject',
      reason: 'it contradicts itself',
      is_right: false,
    })
    await decide(shared, 'approve', ben)
    expect(apart.decided.map(({ id }) => id)).toEqual([shared.id])

    const stats = await readReviewStats(context, { tenant: 'acme', days: 1 }, id => id)
    expect(stats.decided).toEqual({ approved: 1, edited: 0, rejected: 0, expired: 0 })
    expect(stats.decision_seconds.count).toBe(1)
    expect(stats.reviewers.find(({ reviewer }) => reviewer === 'ann')).toMatchObject({
      approved: 1,
      known_given: 1,
      known_right: 0,
    })
    const lines = (
      await new Response(
        exportReviews(own.database, { tenant: 'acme', service: undefined, since: new Date(0) }),
      ).text()
    )
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      verdict: 'approved',
      original: [{ role: 'assistant', content: 'to ⟦EMAIL_ADDRESS 2⟧' }],
      edited: null,
      rationale: 'so',
    })
    expect(JSON.stringify(lines)).not.toMatch(/\b(?:ann|ben)\b|bob@/)
    await apart.stop()
  })

  it('refuses those whose training is not recorded or is over, where that is asked for', async () => {
    await using own = await createTestDatabase()
    const apart = await makeReviews(own.database, { requireTraining: true })
    await apart.reviews.submit(anAnswer('x'))
    const take = () => reasonOf(takeNextReview(apart.reviews.context, noFilter, ann))
    expect(await take()).toBe('not_trained')
    const record = (until: string) =>
      own.database.query(
        `INSERT INTO reviewers (key_id, name, training, trained_until, updated_at, updated_by)
         VALUES ('ann', 'Ann', 'course', $1, now(), 'owner')
         ON CONFLICT (key_id) DO UPDATE SET trained_until = $1`,
        [until],
      )
    await record('2020-01-01')
    expect(await take()).toBe('not_trained')
    await record('2999-01-01')
    expect(await take()).toBe('done')
    await apart.stop()
  })
})

const firstPage = { after: undefined, limit: 50 }

describe('the queue', () => {
  it('is read by its index, page after page, in the order of urgency', async () => {
    await using own = await createTestDatabase()
    await own.database.query(
      `INSERT INTO reviews (id, tenant, service, inference_id, request_id, key_id, path, is_stream, side, state, rank,
         policy, policy_hash, fired, context, preview, four_eyes, on_expire, fallback_message, reject_message, version,
         content_hash, created_at, due_at, expires_at)
       SELECT gen_random_uuid(), 't' || n % 5, 's' || n % 3, gen_random_uuid(), 'r' || n, 'maker',
         '/v1/chat/completions', false, 'output', 'pending', n % 4, 'p', 'h', '[]', '[]', 'x', false, 'deny', 'f', 'r',
         0, 'h', now(), now() + make_interval(secs => n * 7919 % 3600), now() + interval '1 day'
       FROM generate_series(1, 3000) AS n`,
    )
    await own.database.query('ANALYZE reviews')
    const filter = { tenant: undefined, ...noFilter, reviewer: 'ann', isMine: false }
    const seen: string[] = []
    let after: { rank: number; dueAt: Date; id: string } | undefined
    const order: string[] = []
    for (;;) {
      const page = await listPending(own.database, filter, { after, limit: 500 })
      for (const review of page) {
        seen.push(review.id)
        order.push(
          `${['urgent', 'high', 'normal', 'low'].indexOf(review.priority)} ${review.dueAt.toISOString()} ${review.id}`,
        )
      }
      const last = page.at(-1)
      if (!last || page.length < 500) break
      after = {
        rank: ['urgent', 'high', 'normal', 'low'].indexOf(last.priority),
        dueAt: last.dueAt,
        id: last.id,
      }
    }
    expect(new Set(seen).size).toBe(3_000)
    expect(order).toEqual(order.toSorted())
    const plan = await explainPending(own.database, filter, { after, limit: 50 })
    expect(plan).toContain('Index Scan using reviews_pending on reviews')
    expect(plan).not.toContain('Sort')
    const ofTenant = await explainPending(own.database, { ...filter, tenant: 't1' }, firstPage)
    expect(ofTenant).toContain('Index Scan using reviews_pending_tenant')
  })
})
