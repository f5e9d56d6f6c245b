import type { AskForLabel } from '../improve/datasets/index.ts'
import type { CallRelease } from '../improve/evaluation/index.ts'

/** Asks a service for labels as evaluations ask it: behind everybody who waits, under the key name `evaluation:labels:DATASET`. */
export function createAskForLabel(callRelease: CallRelease): AskForLabel {
  return async ({ tenant, subject, service, messages, temperature, seed, signal }) => {
    const said = await callRelease({
      tenant,
      suite: `labels:${subject}`,
      service,
      release: undefined,
      body: { messages, temperature, max_tokens: 50 },
      seed,
      signal,
    })
    switch (said.kind) {
      case 'answer':
        return { kind: 'answer', text: said.text, costNanoUsd: said.costNanoUsd }
      case 'full':
        return { kind: 'wait', seconds: said.retryAfterSeconds ?? 2 }
      case 'budget':
        return { kind: 'failed', message: said.why, isOver: true }
      case 'failed':
        return {
          kind: 'failed',
          message: said.message,
          // nothing of the row
          isOver: [401, 403, 404].includes(said.status),
        }
    }
  }
}
