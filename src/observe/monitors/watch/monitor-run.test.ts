import { describe, expect, it } from 'bun:test'
import { parseConfig } from '../../../foundation/config/index.ts'
import { createRandom, type Random } from '../../../foundation/statistics/index.ts'
import { buildReference } from '../reference/build-reference.ts'
import type { StoredReference } from '../state-store.ts'
import { measureInference, type TextFeatures } from '../streams/measure.ts'
import type { SeenInference } from '../streams/seen.ts'
import { normalised } from '../streams/text-features.ts'
import { declaredMonitors } from './declared-monitor.ts'
import { createMonitorRun } from './monitor-run.ts'

const hourMs = 3_600_000
/** A Monday. */
const beginMs = Date.UTC(2026, 5, 1)

interface One {
  readonly seen: SeenInference
  readonly texts: TextFeatures
}

function draw(random: Random, index: number, timeMs: number, given: Partial<SeenInference> = {}): One {
  return {
    seen: {
      id: `${given.arm ?? 'all'}-${timeMs}-${index}`,
      timeMs,
      tenant: random.next() < 0.7 ? 'acme' : 'other',
      isAnswer: true,
      isError: random.next() < 0.02,
      blockedBy: random.next() < 0.05 ? ['guard'] : [],
      isRefused: random.next() < 0.03,
      latencyMs: Math.exp(random.normal()),
      firstTokenMs: Math.exp(random.normal()),
      costUsd: Math.exp(random.normal()),
      inputTokens: 20 + random.below(30),
      outputTokens: 1 + random.below(200),
      hasContent: true,
      ...given,
    },
    texts: {
      words: Array.from({ length: 6 }, () => random.below(60)),
      vector: normalised(Float32Array.from({ length: 16 }, () => random.normal())),
      language: random.next() < 0.8 ? 'en' : 'de',
      format: random.next() < 0.6 ? 'prose' : 'list',
      isRefusal: false,
    },
  }
}

/** A monitor that has learned from these inferences. */
function learn(monitor: string, reference: readonly One[], untilMs: number) {
  const parsed = parseConfig(
    `engines: { e: { model: builtin:support } }
services: { s: { storeContent: true, policy: p, releases: { v1: { target: { engine: e } } } } }
policies: { p: { checks: [{ check: secrets, action: annotate, mode: enforce, timeoutMs: 5 }] } }
monitors: { m: ${monitor} }
`,
    'slipway.yaml',
    {},
  )
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  const [declared] = declaredMonitors(parsed.snapshot)
  if (!declared) throw new Error('There is no monitor.')
  const { config, features } = declared
  const references = declared.streams.map((stream): StoredReference => {
    const rows = reference.flatMap(({ seen, texts }) => {
      const measure = measureInference(stream.config, seen, texts, features)
      return measure === undefined
        ? []
        : [{ id: seen.id, timeMs: seen.timeMs, measure, slices: { tenant: seen.tenant } }]
    })
    return {
      stream: stream.name,
      declaredHash: stream.hash,
      takenAt: new Date(untilMs),
      reference: buildReference(stream.config, rows, {
        fromMs: beginMs,
        untilMs,
        strata: config.strata,
        effect: stream.effect,
        slices: config.slices,
        mostSlices: config.mostSlices,
      }),
    }
  })
  let count = 0
  return createMonitorRun(declared, references, { streams: {} }, () => `alarm ${(count += 1)}`)
}

const raised = (run: ReturnType<typeof learn>): string[] =>
  run
    .drain()
    .events.flatMap(event => (event.kind === 'raised' ? [`${event.stream.name} ${event.detector.name}`] : []))

describe('a monitor run', () => {
  it('keeps its promise over all kinds of detectors while nothing changes', () => {
    const random = createRandom('null')
    const reference = Array.from({ length: 3_000 }, (_, index) =>
      draw(random, index, beginMs + index * 200_000),
    )
    const untilMs = beginMs + 3_000 * 200_000
    const runLength = 5_000
    const run = learn(
      `{ service: s, runLength: ${runLength}, slices: [tenant], streams: {
        failing: { kind: errors }, blocked: { kind: blocks }, refused: { kind: refusals }, slow: { kind: latency },
        late: { kind: first-token }, dear: { kind: cost }, asked: { kind: input-length }, said: { kind: output-length },
        near: { kind: input-embedding }, words: { kind: input-vocabulary }, languages: { kind: input-language },
        topics: { kind: input-topic }, form: { kind: output-format } } }`,
      reference,
      untilMs,
    )
    expect(run.sharing).toBeGreaterThan(40)
    const inferences = 20_000
    for (let index = 0; index < inferences; index += 1) {
      const { seen, texts } = draw(random, index, untilMs + index * 30_000)
      run.takeInference(seen, texts)
    }
    expect(raised(run).length).toBeLessThanOrEqual(inferences / runLength)
    expect(Math.max(...run.levels().map(({ level }) => level))).toBeGreaterThan(0)
  }, 60_000)

  it('takes the rhythm of a week for normal, which against one reference would be an alarm', () => {
    const isNight = (timeMs: number): boolean => new Date(timeMs).getUTCHours() < 8
    const rhythm = (seed: string, fromMs: number, hours: number): One[] => {
      const random = createRandom(seed)
      return Array.from({ length: hours * 20 }, (_, index) => {
        const timeMs = fromMs + index * (hourMs / 20)
        return draw(random, index, timeMs, { isError: random.next() < (isNight(timeMs) ? 0.7 : 0.02) })
      })
    }
    const untilMs = beginMs + 28 * 24 * hourMs
    const reference = rhythm('reference', beginMs, 28 * 24)
    const later = rhythm('later', untilMs, 7 * 24)
    const alarmsWith = (strata: string): string[] => {
      const run = learn(
        `{ service: s, strata: ${strata}, effect: 0.1, batch: 5, streams: { failing: { kind: errors } } }`,
        reference,
        untilMs,
      )
      for (const { seen, texts } of later) run.takeInference(seen, texts)
      return raised(run)
    }
    expect(alarmsWith('hour-of-week')).toEqual([])
    expect(alarmsWith('none')).toContain('failing above')
  }, 60_000)

  it('names the side of a rollout that a change is on, held against what there was before it', () => {
    const random = createRandom('arms')
    const reference = Array.from({ length: 1_000 }, (_, index) =>
      draw(random, index, beginMs + index * 60_000),
    )
    const untilMs = beginMs + 1_000 * 60_000
    const run = learn(
      '{ service: s, slices: [arm], streams: { failing: { kind: errors } } }',
      reference,
      untilMs,
    )
    expect(run.levels().map(({ detector }) => detector.name)).toEqual([
      'above',
      'above arm=baseline',
      'above arm=candidate',
    ])
    for (let index = 0; index < 3_000; index += 1) {
      const arm = index % 10 === 0 ? 'candidate' : 'baseline'
      const isError = random.next() < (arm === 'candidate' ? 0.4 : 0.02)
      const { seen, texts } = draw(random, index, untilMs + index * 1_000, { arm, isError })
      run.takeInference(seen, texts)
    }
    expect(new Set(raised(run))).toEqual(new Set(['failing above arm=candidate']))
  })
})
