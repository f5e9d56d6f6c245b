import { describe, expect, it } from 'bun:test'
import type { InferenceDecisions } from '../decisions.ts'
import { sampleInference } from '../sample-inference.ts'
import type { Inference } from '../inference.ts'
import { explain } from './explain.ts'

const decisions: InferenceDecisions = {
  readMs: 0.4,
  role: 'service',
  isListed: true,
  priority: 'interactive',
  askedMs: 0.5,
  routedMs: 1,
}

const told = (given: Partial<Inference>): string[] =>
  explain(sampleInference({ decisions, admittedMs: 0.6, ...given })).map(
    ({ kind, decision }) => `${kind} ${decision}`,
  )
const step = (given: Partial<Inference>, kind: string) =>
  explain(sampleInference({ decisions, admittedMs: 0.6, ...given })).find(one => one.kind === kind)

describe('explain', () => {
  it('tells of a plain inference in the order of what happened', () => {
    expect(told({})).toEqual([
      'access allowed',
      'service release',
      'limits admitted',
      'cache none',
      'route chosen',
      'attempt ok',
      'answer ok',
    ])
  })

  it('says which limits held, what was set aside and what was left', () => {
    const limits = [
      {
        scope: 'tenant',
        id: 'acme',
        measure: 'usd',
        kind: 'hard' as const,
        limit: 5e9,
        per: 'month',
        setAside: 2_500_000,
        left: 1e9,
      },
      {
        scope: 'key',
        id: 'k',
        measure: 'requests',
        kind: 'hard' as const,
        limit: 60,
        per: 'minute',
        setAside: 1,
        left: 12,
      },
    ]
    const found = step({ decisions: { ...decisions, limits, boundOutputTokens: 512 } }, 'limits')
    expect(found?.reason).toBe(
      'tenant acme: $5.00 a month, $0.0025 set aside, $1.00 left; key k: 60 requests a minute, 1 set aside, 12 left.',
    )
    expect(found?.text).toContain('bounded to 512 tokens')
    expect(found?.evidence).toMatchObject({
      bound_output_tokens: 512,
      limits: [{ set_aside: 2_500_000 }, {}],
    })
    expect(found?.ground).toEqual({ kind: 'configuration', hash: '0123456789abcdef' })
  })

  it('ends at the limit that refused it', () => {
    const refused = {
      outcome: 'error',
      status: 429,
      failureCode: 'rate_limited',
      failureMessage: 'The limit is reached.',
      target: undefined,
      admittedMs: undefined,
      upstreamStartMs: undefined,
      decisions: { ...decisions, routedMs: undefined },
    } as const
    expect(told(refused)).toEqual(['access allowed', 'service release', 'limits refused', 'answer error'])
    expect(step(refused, 'limits')).toMatchObject({
      reason: 'The limit is reached.',
      evidence: { code: 'rate_limited' },
    })
  })

  it('says why the cache gave nothing, and what it saved where it did', () => {
    const miss = step(
      {
        decisions: {
          ...decisions,
          cache: { startMs: 0.7, endMs: 0.8, how: 'miss', why: 'not_similar', similarity: 0.61 },
        },
      },
      'cache',
    )
    expect(miss).toMatchObject({
      decision: 'miss',
      reason: 'No earlier question is near enough in meaning. The nearest has a similarity of 0.610.',
    })
    const hit = {
      cache: 'exact',
      target: undefined,
      savedNanoUsd: 1_500_000,
      decisions: { ...decisions, cache: { startMs: 0.7, endMs: 0.8, how: 'exact', ageSeconds: 7 } },
    } as const
    expect(step(hit, 'cache')?.text).toBe(
      'The cache answered, with an answer of 7 s ago. It had cost $0.0015 the first time.',
    )
    expect(told(hit)).toEqual([
      'access allowed',
      'service release',
      'limits admitted',
      'cache hit',
      'answer ok',
    ])
  })

  it('tells every attempt with what else could have been chosen', () => {
    const attempts = [
      {
        target: 'provider:a',
        model: 'm',
        reason: 'the less loaded of two',
        startMs: 1,
        sentMs: 31,
        endMs: 50,
        outcome: 'upstream_error',
        message: 'It broke.',
        alternatives: [
          { target: 'provider:a', model: 'm', weight: 1, inFlight: 2, load: 30.04 },
          {
            target: 'provider:b',
            model: 'm',
            weight: 1,
            inFlight: 0,
            load: 90,
            ruledOut: 'unavailable' as const,
            reason: 'it limits the rate of our calls',
          },
        ],
      },
      {
        target: 'provider:b',
        model: 'm',
        reason: 'fallback on outage',
        startMs: 51,
        sentMs: 51,
        endMs: 200,
        outcome: 'ok',
      },
    ]
    const given = { attempts, decisions: { ...decisions, denied: [{ kind: 'retry_denied', atMs: 50.5 }] } }
    expect(told(given).slice(4)).toEqual([
      'route chosen',
      'queue waited',
      'attempt upstream_error',
      'route retry_denied',
      'route fallback',
      'attempt ok',
      'answer ok',
    ])
    expect(step(given, 'route')?.reason).toBe(
      'The less loaded of two. provider:a m had 2 under way, load 30.0, weight 1; provider:b m was left alone (it limits the rate of our calls).',
    )
    expect(step(given, 'queue')).toMatchObject({
      text: 'It waited 30 ms for a place at provider:a.',
      evidence: { priority: 'interactive' },
    })
  })

  it('shows what checks said before and after the model, by the policy', () => {
    const verdict = {
      guard: 'pii',
      guardHash: '0123456789abcdef',
      check: 'personal-data',
      stage: 'input',
      mode: 'enforce' as const,
      action: 'mask',
      outcome: 'mask',
      findings: [{ type: 'EMAIL_ADDRESS', start: 3, end: 20, score: 1, hmac: '0123456789abcdef' }],
      found: 1,
      scannedTexts: 1,
      scannedChars: 40,
      durationMs: 0.2,
      startMs: 0.6,
      why: 'An e-mail address was found.',
      policyHash: 'p1',
    }
    const shadow = { ...verdict, stage: 'output', mode: 'shadow' as const, outcome: 'block', startMs: 150 }
    const steps = explain(sampleInference({ decisions, verdicts: [verdict, shadow] }))
    const checks = steps.filter(({ kind }) => kind === 'check')
    expect(checks.map(({ text }) => text)).toEqual([
      'The check pii (personal-data) masked parts of the input.',
      'The check pii (personal-data) blocked the answer, in shadow: nothing followed from it.',
    ])
    expect(checks[0]).toMatchObject({ ground: { kind: 'policy', hash: 'p1' }, evidence: { found: 1 } })
    const order = steps.map(({ kind }) => kind)
    expect(order.indexOf('check')).toBeLessThan(order.indexOf('route'))
    expect(order.lastIndexOf('check')).toBeGreaterThan(order.indexOf('route'))
  })

  it('says what a person decided, after all else', () => {
    const inference = sampleInference({ decisions, admittedMs: 0.6, startedAtMs: Date.UTC(2026, 0, 1) })
    const review = {
      id: 'review-1',
      side: 'output',
      state: 'edited',
      policy: 'strict',
      policyHash: 'p1',
      contentHash: 'c1',
      version: 1,
      onExpire: 'reject',
      createdAt: new Date(inference.startedAtMs + 200),
      decidedAt: new Date(inference.startedAtMs + 60_200),
      decidedBy: 'key-2',
    }
    expect(explain(inference, [review]).at(-1)).toMatchObject({
      kind: 'review',
      decision: 'edited',
      text: 'A person approved the answer, edited.',
      reason: 'The policy strict sends it to people. It was decided after 60 s by the key key-2.',
      ground: { kind: 'policy', hash: 'p1' },
      evidence: { content_hash: 'c1' },
    })
  })

  it('names the price that was used and where it was read', () => {
    const prices = [
      {
        target: 'provider:a',
        model: 'm',
        costNanoUsd: 1_234_000,
        by: 'openai',
        from: '2026-01-01',
        source: 'https://example.org/prices',
      },
      { target: 'provider:b', model: 'm' },
    ]
    const found = explain(sampleInference({ decisions: { ...decisions, prices } })).filter(
      ({ kind }) => kind === 'price',
    )
    expect(found.map(({ text, reason }) => `${text} ${reason}`)).toEqual([
      'provider:a m cost $0.001234. By the price of the price list openai that holds from 2026-01-01 (https://example.org/prices).',
      'What provider:b m charged is not known. No price is declared for it.',
    ])
  })

  it('tells what it can of a record from before decisions were kept', () => {
    expect(told({ decisions: undefined })).toEqual([
      'access allowed',
      'service release',
      'route chosen',
      'attempt ok',
      'answer ok',
    ])
  })
})
