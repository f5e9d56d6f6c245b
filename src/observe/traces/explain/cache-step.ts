import type { Inference } from '../inference.ts'
import type { ExplainStep } from './explain-step.ts'
import { dollars } from './limits-step.ts'

const missWords: Readonly<Record<string, string>> = {
  new: 'Nothing is kept for such a request.',
  expired: 'What was kept for it is too old.',
  refresh: 'The client asked for an answer of the model itself (cache-control).',
  no_vector: 'The embedder gave no vector in time, so it could not be compared by meaning.',
  not_similar: 'No earlier question is near enough in meaning.',
  shadow: 'An earlier question is near enough, and the semantic cache only measures so far.',
  not_trusted:
    'An earlier question is near enough, and the semantic cache has been wrong too often to serve.',
  sampled:
    'An earlier question is near enough; this one went to the model all the same, to measure the cache.',
  no_store: 'The client wants nothing kept (cache-control: no-store).',
  several_answers: 'Several answers were asked for.',
  other_tenant: 'The cache of the service is not for this tenant.',
  operation: 'Answers of this operation are not kept.',
}

/** Whether a kept answer was given, and why not. `undefined` where nobody got so far as to ask. */
export function cacheStep(inference: Inference): ExplainStep | undefined {
  const { decisions, cache: how, savedNanoUsd, admittedMs, snapshotHash } = inference
  if (!decisions || admittedMs === undefined) return undefined
  const look = decisions.cache
  const ground = { kind: 'configuration', hash: snapshotHash } as const
  if (!look) {
    const reason = 'The configuration of the service has none.'
    return {
      kind: 'cache',
      decision: 'none',
      atMs: admittedMs,
      text: 'No cache was looked into.',
      reason,
      ground,
      evidence: {},
    }
  }
  const evidence = {
    why: look.why ?? null,
    similarity: look.similarity ?? null,
    age_seconds: look.ageSeconds ?? null,
    saved_nano_usd: savedNanoUsd ?? null,
    took_ms: look.endMs - look.startMs,
  }
  if (how === undefined) {
    const similarity =
      look.similarity === undefined ? '' : ` The nearest has a similarity of ${look.similarity.toFixed(3)}.`
    const isSkipped = look.how === 'skipped'
    return {
      kind: 'cache',
      decision: isSkipped ? 'skipped' : 'miss',
      atMs: look.startMs,
      text: isSkipped ? 'The cache was not looked into.' : 'The cache had no answer to give.',
      reason: `${missWords[look.why ?? ''] ?? 'Nothing was said of it.'}${similarity}`,
      ground,
      evidence,
    }
  }
  const saved = savedNanoUsd === undefined ? '' : ` It had cost ${dollars(savedNanoUsd)} the first time.`
  return {
    kind: 'cache',
    decision: 'hit',
    atMs: look.startMs,
    text: `The cache answered, with an answer of ${look.ageSeconds ?? 0} s ago.${saved}`,
    reason:
      look.similarity === undefined
        ? 'The same was asked before.'
        : `Something was asked before that means the same (similarity ${look.similarity.toFixed(3)}).`,
    ground,
    evidence,
  }
}
