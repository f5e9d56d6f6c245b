import { Registry } from 'prom-client'
import type { ReviewsConfig } from '../../../foundation/config/index.ts'
import { parseConfig } from '../../../foundation/config/index.ts'
import { createId, createLogger, type Database } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { createAudit } from '../../../govern/audit/index.ts'
import { createKeyRing, openMasterKeys } from '../../../govern/privacy/index.ts'
import type { NewReview, Review } from '../review.ts'
import { createReviews, type Reviews } from '../reviews.ts'
import type { ReviewCaller } from '../reviews-context.ts'
import { sealWith } from '../sealing.ts'

export interface MadeReviews {
  readonly reviews: Reviews
  /** What followed from decisions. */
  readonly decided: Review[]
  /** Moves the clock. */
  pass(ms: number): void
  stop(): Promise<void>
}

/** Reviews on a real database with real keys, and a clock that can be moved. */
export async function makeReviews(
  database: Database,
  changed: Partial<ReviewsConfig> & { readonly random?: () => number } = {},
): Promise<MadeReviews> {
  const { random, ...settings } = changed
  const logger = createLogger({ level: 'error' })
  const audit = createAudit({ database })
  const masters = await openMasterKeys({
    given: Buffer.alloc(32, 7).toString('base64'),
    dataDirectory: '/nowhere',
  })
  const keys = await createKeyRing({ database, audit, logger, masters })
  const config = { ...usualSettings(), ...settings }
  const decided: Review[] = []
  let passed = 0
  const reviews = createReviews({
    database,
    logger,
    registry: new Registry(),
    audit,
    sealing: sealWith(keys),
    findHidden: text =>
      [...text.matchAll(/[\w.]+@[\w.]+\w/g)].map(({ 0: found, index }) => ({
        start: index,
        end: index + found.length,
        type: 'EMAIL_ADDRESS',
      })),
    settings: () => config,
    onDecided: async review => void decided.push(review),
    now: () => Date.now() + passed,
    ...(random && { random }),
  })
  return {
    reviews,
    decided,
    pass: ms => {
      passed += ms
    },
    stop: async () => {
      await reviews.stop()
      await keys.stop()
    },
  }
}

function usualSettings(): ReviewsConfig {
  const parsed = parseConfig('services: {}', 'slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error('the smallest configuration is not right')
  return parsed.snapshot.config.reviews
}

export function callerOf(name: string, tenant?: string): ReviewCaller {
  const principal: Principal = {
    keyId: name,
    keyName: name,
    role: 'reviewer',
    tenant,
    services: undefined,
  }
  return { principal, requestId: createId(), tenant }
}

/** An answer that waits, asked for by `maker`. */
export function anAnswer(
  text: string,
  changed: Partial<Omit<NewReview, 'terms'>> & { readonly terms?: Partial<NewReview['terms']> } = {},
): NewReview {
  const { terms, ...rest } = changed
  const content = {
    kind: 'message',
    content: { role: 'assistant', content: text },
    finishReason: 'stop',
    usage: { inputTokens: 3, outputTokens: 4 },
    model: 'm',
  }
  return {
    inferenceId: createId(),
    requestId: createId(),
    tenant: 'acme',
    service: 'support',
    keyId: 'maker',
    path: '/v1/chat/completions',
    isStream: false,
    side: 'output',
    policy: { name: 'careful', hash: 'aaaa' },
    fired: [
      {
        guard: 'promises',
        check: 'pattern',
        stage: 'output',
        action: 'escalate',
        outcome: 'escalate',
        types: ['PROMISE'],
        why: '1 of PROMISE',
      },
    ],
    context: [{ role: 'user', kind: 'text', text: 'I am ann@example.org. When?', marks: [] }],
    content: JSON.stringify(content),
    texts: [{ role: 'assistant', kind: 'text', text, marks: [], at: ['content', 'content'] }],
    writing: '{"context":{}}',
    ...rest,
    terms: {
      dueMinutes: 15,
      expireMinutes: 60,
      onExpire: 'deny',
      fallbackMessage: 'later',
      rejectMessage: 'no',
      fourEyes: false,
      priority: 'normal',
      ...terms,
    },
  }
}
