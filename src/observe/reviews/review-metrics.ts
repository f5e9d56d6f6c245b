import { Counter, Gauge, Histogram } from 'prom-client'
import type { MetricsRegistry } from '../../foundation/platform/index.ts'

export type ReviewMetrics = ReturnType<typeof createReviewMetrics>

/** `count` is asked by the one process of a server that tells what all of them share. */
export function createReviewMetrics(
  registry: MetricsRegistry,
  count?: () => Promise<readonly { service: string; count: number; oldestSeconds: number }[]>,
  countExamples?: () => Promise<readonly { purpose: string; count: number }[]>,
) {
  const registers = [registry]
  if (countExamples) {
    const waiting: Gauge<'purpose'> = new Gauge({
      name: 'slipway_example_reviews_pending',
      help: 'Questions about rows of data that wait for people, by purpose.',
      labelNames: ['purpose'],
      registers,
      async collect() {
        const counts = await countExamples().catch(() => undefined)
        waiting.reset()
        for (const { purpose, count: pending } of counts ?? []) waiting.set({ purpose }, pending)
      },
    })
  }
  if (count) {
    const oldest = new Gauge({
      name: 'slipway_reviews_oldest_seconds',
      help: 'How long the oldest pending review of a service has waited.',
      labelNames: ['service'],
      registers,
    })
    const pending: Gauge<'service'> = new Gauge({
      name: 'slipway_reviews_pending',
      help: 'Reviews that wait for a person, by service.',
      labelNames: ['service'],
      registers,
      async collect() {
        const counts = await count().catch(() => undefined)
        pending.reset()
        oldest.reset()
        for (const { service, count: waiting, oldestSeconds } of counts ?? []) {
          pending.set({ service }, waiting)
          oldest.set({ service }, oldestSeconds)
        }
      },
    })
  }
  return {
    created: new Counter({
      name: 'slipway_reviews_created_total',
      help: 'What was given to people to decide, by service and by whether a request or an answer waits.',
      labelNames: ['service', 'side'],
      registers,
    }),
    decided: new Counter({
      name: 'slipway_reviews_decided_total',
      help: 'Reviews that ended, by service and how.',
      labelNames: ['service', 'state'],
      registers,
    }),
    decisionSeconds: new Histogram({
      name: 'slipway_reviews_decision_seconds',
      help: 'From when something was given to people until it was decided; what expired is not among it.',
      labelNames: ['service'],
      buckets: [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400],
      registers,
    }),
    knownAnswers: new Counter({
      name: 'slipway_reviews_known_answers_total',
      help: 'Items whose answer was known, by whether the reviewer gave it.',
      labelNames: ['result'],
      registers,
    }),
    examples: new Counter({
      name: 'slipway_example_reviews_total',
      help: 'Questions about rows of data, by purpose and state: asked, decided, undecided (people differed or could not tell), withdrawn.',
      labelNames: ['purpose', 'state'],
      registers,
    }),
    contentDiffers: new Counter({
      name: 'slipway_reviews_content_differs_total',
      help: 'Releases that were refused because the content was not the one that was approved.',
      registers,
    }),
    webhooks: new Counter({
      name: 'slipway_reviews_webhooks_total',
      help: 'Attempts to tell a client of a decision, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
  }
}
