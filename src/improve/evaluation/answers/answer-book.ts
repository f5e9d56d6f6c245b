import type { Queryable } from '../../../foundation/platform/index.ts'
import type { KeyRing } from '../../../govern/privacy/index.ts'
import type { EvaluatedAnswer } from '../evaluator.ts'
import type { ReleaseAnswer } from '../ports.ts'
import type { AnswerKeys } from './content-keys.ts'
import { findAnswers, type StoredAnswer } from './answer-store.ts'

/** An answer that can be judged, with what it is kept by. */
export interface KnownAnswer extends EvaluatedAnswer {
  readonly key: string
  readonly inferenceId: string | undefined
  readonly latencyMs: number
  readonly createdAt: Date
}

const placeOf = (tenant: string, key: string) => ({
  tenant,
  purpose: 'content' as const,
  record: ['evaluation-answer', key],
})

/** Seals an answer so that it can be stored. */
export async function sealAnswer(
  keys: Pick<KeyRing, 'seal'>,
  tenant: string,
  { key, requestHash }: AnswerKeys,
  releaseHash: string,
  answer: ReleaseAnswer,
): Promise<StoredAnswer> {
  const sealed = await keys.seal(
    placeOf(tenant, key),
    JSON.stringify({ text: answer.text, body: answer.body }),
  )
  return {
    tenant,
    key,
    requestHash,
    releaseHash,
    dataKey: sealed.keyId,
    sealed: sealed.bytes,
    inferenceId: answer.inferenceId,
    model: answer.model,
    finishReason: answer.finishReason,
    latencyMs: answer.latencyMs,
    firstTokenMs: answer.firstTokenMs,
    inputTokens: answer.usage?.input,
    outputTokens: answer.usage?.output,
    costNanoUsd: answer.costNanoUsd,
    createdAt: new Date(),
  }
}

/** Opens it again; `undefined` where its key was destroyed. */
export async function openAnswer(
  keys: Pick<KeyRing, 'open'>,
  stored: StoredAnswer,
): Promise<KnownAnswer | undefined> {
  const sealed = { keyId: stored.dataKey, bytes: Buffer.from(stored.sealed) }
  const text = await keys.open(placeOf(stored.tenant, stored.key), sealed)
  if (text === undefined) return undefined
  const content = JSON.parse(text) as { text: string; body: Record<string, unknown> }
  const { inputTokens, outputTokens } = stored
  return {
    key: stored.key,
    text: content.text,
    body: content.body,
    inferenceId: stored.inferenceId,
    finishReason: stored.finishReason,
    latencyMs: stored.latencyMs,
    firstTokenMs: stored.firstTokenMs,
    usage:
      inputTokens === undefined || outputTokens === undefined
        ? undefined
        : { input: inputTokens, output: outputTokens },
    costNanoUsd: stored.costNanoUsd,
    model: stored.model,
    createdAt: stored.createdAt,
  }
}

/** Those that are there and can still be read. */
export async function readAnswers(
  queryable: Queryable,
  keys: Pick<KeyRing, 'open'>,
  tenant: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, KnownAnswer>> {
  const stored = await findAnswers(queryable, tenant, [...new Set(wanted)])
  const opened = await Promise.all([...stored.values()].map(one => openAnswer(keys, one)))
  return new Map(opened.flatMap(one => (one ? [[one.key, one] as const] : [])))
}
