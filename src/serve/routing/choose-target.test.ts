import { describe, expect, it } from 'bun:test'
import { defaultBreaker, type RoutingConfig } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import { type ChoiceContext, chooseTarget } from './choose-target.ts'
import { judge } from './failure-cause.ts'
import { PrefixTable, prefixHashes } from './prefix-table.ts'
import { RetryBudget } from './retry-budget.ts'
import type { RoutePlan, Target } from './target.ts'
import { TargetState } from './target-state.ts'

const nobody: ReadonlySet<Target> = new Set()

function target(key: string, given: Partial<Target> = {}): Target {
  return {
    key,
    name: `provider:${key}`,
    model: 'm',
    upstream: { operations: new Set(), send: () => Promise.reject(new Error('not called')) },
    weight: 1,
    timeouts: {},
    state: new TargetState(defaultBreaker),
    cost: () => undefined,
    ...given,
  }
}

function plan(targets: readonly Target[], routing: Partial<RoutingConfig> = {}): RoutePlan {
  return {
    targets,
    fallbacks: [],
    routing: { strategy: 'weighted', sticky: 'none', prefixTtlSeconds: 60, escapeLoad: 8, ...routing },
    prefixes: new PrefixTable(60_000),
    retries: { attempts: 2, maxWaitMs: 2_000, budget: new RetryBudget(10, 10) },
    hedge: undefined,
  }
}

const usage = {
  inputTokens: 1_000,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 100,
  reasoningTokens: 0,
}
const context = (given: Partial<ChoiceContext> = {}): ChoiceContext => ({
  stickyKey: 'key',
  prefixHashes: () => [],
  expected: () => usage as ReturnType<ChoiceContext['expected']>,
  pin: undefined,
  ...given,
})

function shares(route: RoutePlan, contexts: readonly ChoiceContext[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of contexts) {
    const key = chooseTarget(route, one, nobody, 0, Math.random)?.target.key ?? 'none'
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

describe('chooseTarget', () => {
  it('shares calls out by weight, and sends none to a weight of 0', () => {
    const route = plan([target('a', { weight: 3 }), target('b'), target('c', { weight: 0 })])
    const counts = shares(
      route,
      Array.from({ length: 20_000 }, () => context()),
    )
    expect(counts['c']).toBeUndefined()
    // 15,000 ± 61 is one standard deviation
    expect(Math.abs((counts['a'] ?? 0) - 15_000)).toBeLessThan(400)
  })

  it('leaves alone what was tried, is open or is cooling', () => {
    const [a, b, c] = [target('a'), target('b'), target('c')]
    const limit = new Failure('upstream_rate_limited', 'x', { details: { retryAfterSeconds: 9 } })
    a.state.failed(0, limit, judge(limit))
    const route = plan([a, b, c])
    const found = chooseTarget(route, context(), new Set([b]), 1, Math.random)
    expect(found).toEqual({ target: c, reason: 'the only one that is available' })
    expect(chooseTarget(route, context(), new Set([b, c]), 1, Math.random)).toBeUndefined()
    expect(chooseTarget(route, context(), new Set([b, c]), 9_000, Math.random)?.target).toBe(a)
  })

  it('keeps a key on its target, and moves only the keys of a target that goes away', () => {
    const targets = ['a', 'b', 'c', 'd'].map(key => target(key))
    const keys = Array.from({ length: 4_000 }, (_, index) => context({ stickyKey: `key-${index}` }))
    const sticky = { sticky: 'key' } as const
    const choose = (list: Target[], one: ChoiceContext) =>
      chooseTarget(plan(list, sticky), one, nobody, 0, Math.random)?.target.key
    const before = keys.map(one => choose(targets, one))
    expect(keys.map(one => choose(targets, one))).toEqual(before)
    for (const key of ['a', 'b', 'c', 'd']) {
      expect(Math.abs(before.filter(one => one === key).length - 1_000)).toBeLessThan(150)
    }
    const after = keys.map(one => choose(targets.slice(1), one))
    expect(after.filter((key, index) => key !== before[index] && before[index] !== 'a')).toEqual([])
  })

  it('sends a prompt to the target that has its beginning, until that has too much to do', () => {
    const [a, b] = [target('a'), target('b')]
    const route = plan([a, b], { sticky: 'prefix', escapeLoad: 8 })
    const system = 'You are a careful assistant. '.repeat(200)
    route.prefixes.remember(prefixHashes(`${system}first question`), 'b', 0)
    const next = context({ prefixHashes: () => prefixHashes(`${system}another question`) })
    const choice = chooseTarget(route, next, nobody, 1, Math.random)
    expect(choice?.target).toBe(b)
    expect(choice?.reason).toBe('has 5 blocks of the prompt in its cache')
    b.state.inFlight = 9
    const escaped = new Set(
      Array.from({ length: 50 }, () => chooseTarget(route, next, nobody, 1, Math.random)?.target.key),
    )
    expect(escaped).toEqual(new Set(['a', 'b']))
    b.state.inFlight = 0
    expect(chooseTarget(route, next, nobody, 60_001, Math.random)?.reason).toBe('by weight')
  })

  it('takes the cheapest that is healthy, and what has no price last', () => {
    const free = target('unpriced')
    const dear = target('dear', { cost: () => 900 })
    const cheap = target('cheap', { cost: () => 100 })
    const route = plan([free, dear, cheap], { strategy: 'cost' })
    expect(chooseTarget(route, context(), nobody, 0, Math.random)?.target).toBe(cheap)
    expect(chooseTarget(route, context(), new Set([cheap]), 0, Math.random)?.target).toBe(dear)
  })

  it('takes the less loaded of two, with latency in the balance', () => {
    const [slow, fast] = [target('slow'), target('fast')]
    slow.state.answered(0, 400)
    fast.state.answered(0, 100)
    const route = plan([slow, fast], { strategy: 'least-loaded' })
    fast.state.inFlight = 2
    expect(chooseTarget(route, context(), nobody, 0, Math.random)?.target).toBe(fast)
    fast.state.inFlight = 4
    expect(chooseTarget(route, context(), nobody, 0, Math.random)?.target).toBe(slow)
  })
})

describe('prefixHashes', () => {
  it('agrees on the blocks that two prompts share, and only on those', () => {
    const shared = 'x'.repeat(2_048)
    const [left, right] = [
      prefixHashes(`${shared}${'a'.repeat(2_000)}`),
      prefixHashes(`${shared}${'b'.repeat(2_000)}`),
    ]
    expect(left.slice(0, 2)).toEqual(right.slice(0, 2))
    expect(left[2]).not.toBe(right[2])
    expect(new Set([...left, ...right]).size).toBe(left.length + right.length - 2)
  })
})
