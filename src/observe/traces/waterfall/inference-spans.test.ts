import { describe, expect, it } from 'bun:test'
import { sampleInference } from '../sample-inference.ts'
import { assembleTrace } from './assemble-trace.ts'
import { attemptsOf, spansOf } from './inference-spans.ts'
import type { TraceSpan } from './trace-span.ts'

const decisions = { readMs: 0.4, role: 'service', isListed: false, askedMs: 0.5, routedMs: 1 }
const names = (spans: readonly TraceSpan[]): string[] => spans.map(({ kind }) => kind)

describe('spansOf', () => {
  it('cuts a stream at everything that was recorded of it', () => {
    const inference = sampleInference({
      decisions: { ...decisions, cache: { startMs: 0.7, endMs: 0.9, how: 'miss', why: 'new' } },
      upstreamStartMs: 12,
      admittedMs: 0.6,
      verdicts: [verdict({ stage: 'input', startMs: 0.95, durationMs: 0.04 })],
    })
    const spans = assembleTrace(spansOf(inference))
    expect(spans.map(({ kind, depth }) => `${depth} ${kind}`)).toEqual([
      '0 inference',
      '1 read',
      '1 admission',
      '1 cache',
      '1 check',
      '1 attempt',
      '2 queue',
      '2 connect',
      '2 first_token',
      '2 stream',
    ])
    const queue = spans.find(({ kind }) => kind === 'queue')
    expect(queue?.durationMs).toBeCloseTo(11)
    expect(queue?.startedAtMs).toBeCloseTo(inference.startedAtMs + 1)
    const stream = spans.find(({ kind }) => kind === 'stream')
    expect((stream?.startedAtMs ?? 0) + (stream?.durationMs ?? 0)).toBeCloseTo(inference.startedAtMs + 200)
  })

  it('shows every attempt with how it ended, and what was left to do after the last', () => {
    const inference = sampleInference({
      decisions,
      isStream: false,
      latencyMs: 210,
      attempts: [
        {
          target: 'provider:a',
          model: 'm',
          reason: 'by weight',
          startMs: 1,
          sentMs: 1,
          endMs: 50,
          outcome: 'upstream_error',
          message: 'It broke.',
        },
        {
          target: 'provider:b',
          model: 'm',
          reason: 'fallback on outage',
          startMs: 51,
          sentMs: 51,
          headersMs: 199,
          endMs: 200,
          outcome: 'ok',
        },
        {
          target: 'provider:c',
          model: 'm',
          reason: 'no first token after 9 ms',
          startMs: 60,
          endMs: 200,
          outcome: 'abandoned',
        },
      ],
    })
    const spans = spansOf(inference)
    expect(spans.filter(({ kind }) => kind === 'attempt').map(({ outcome, why }) => [outcome, why])).toEqual([
      ['error', 'It broke.'],
      ['ok', 'fallback on outage'],
      ['ended', 'no first token after 9 ms'],
    ])
    expect(spans.find(({ kind }) => kind === 'settle')?.durationMs).toBeCloseTo(10)
    expect(names(spans)).toContain('answer')
  })

  it('says of a refused one what refused it, and sends nothing', () => {
    const inference = sampleInference({
      outcome: 'error',
      status: 429,
      failureCode: 'rate_limited',
      failureMessage: 'The limit is reached.',
      target: undefined,
      admittedMs: undefined,
      upstreamStartMs: undefined,
      decisions: { readMs: 0.4, role: 'service', isListed: true, askedMs: 0.5 },
    })
    const spans = spansOf(inference)
    expect(names(spans)).toEqual(['inference', 'read', 'admission'])
    expect(spans[2]).toMatchObject({ outcome: 'error', why: 'The limit is reached.' })
    expect(attemptsOf(inference)).toEqual([])
  })

  it('shows what there is of a record from before decisions were kept', () => {
    const spans = spansOf(sampleInference({ decisions: undefined }))
    expect(names(spans)).toEqual(['inference', 'admission', 'attempt', 'connect', 'first_token', 'stream'])
  })

  it('gives the parts of an inference the same ids every time, and no two the same', () => {
    const inference = sampleInference({ decisions })
    const ids = spansOf(inference).map(({ id }) => id)
    expect(spansOf(inference).map(({ id }) => id)).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/)
  })
})

describe('assembleTrace', () => {
  const span = (id: string, parentId: string | undefined, startedAtMs: number): TraceSpan => ({
    id,
    parentId,
    kind: 'other',
    name: id,
    origin: 'app',
    startedAtMs,
    durationMs: 1,
    outcome: 'ok',
    facts: {},
  })
  const shape = (...spans: TraceSpan[]): string[] =>
    assembleTrace(spans).map(({ id, depth }) => `${depth}${id}`)

  it('reads from the top, siblings by their starts, orphans at the top', () => {
    expect(
      shape(
        span('c', 'a', 5),
        span('b', 'a', 2),
        span('a', undefined, 1),
        span('d', 'b', 3),
        span('o', 'gone', 0),
      ),
    ).toEqual(['0o', '0a', '1b', '2d', '1c'])
  })

  it('ends where spans name each other as parents, or come twice', () => {
    expect(shape(span('a', 'b', 1), span('b', 'a', 2), span('c', 'c', 3), span('a', undefined, 9))).toEqual([
      '0a',
      '1b',
      '0c',
    ])
  })

  it('keeps the first of two with one id: what we know ourselves before what comes back', () => {
    const own = { ...span('a', undefined, 1), origin: 'slipway' }
    expect(assembleTrace([own, span('a', undefined, 9)])).toMatchObject([
      { origin: 'slipway', startedAtMs: 1 },
    ])
  })

  it('takes ten thousand in one chain', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      span(String(index), index === 0 ? undefined : String(index - 1), index),
    )
    expect(assembleTrace(chain.toReversed()).at(-1)).toMatchObject({ id: '9999', depth: 9_999 })
  })
})

function verdict(given: object) {
  return {
    guard: 'personal-data',
    guardHash: '0123456789abcdef',
    check: 'personal-data',
    stage: 'input',
    mode: 'enforce' as const,
    action: 'mask',
    outcome: 'pass',
    findings: [],
    found: 0,
    scannedTexts: 1,
    scannedChars: 20,
    durationMs: 0.1,
    startMs: 0.5,
    why: 'Nothing was found.',
    policyHash: 'abc',
    ...given,
  }
}
