import { z } from 'zod'

/** What the commands read of pipelines; more may come, and is kept for `--json`. */
export const pipelineShape = z.looseObject({
  name: z.string(),
  version: z.number(),
  hash: z.string(),
  text: z.string(),
  author: z.string(),
  created_at: z.string(),
  next_run_at: z.string().nullish(),
})

export const kindShape = z.looseObject({
  name: z.string(),
  description: z.string(),
  is_cached: z.boolean(),
})

const run = {
  id: z.string(),
  pipeline: z.string(),
  version: z.number(),
  state: z.string(),
  reason: z.string().nullish(),
  trigger: z.string(),
  author: z.string(),
  created_at: z.string(),
  started_at: z.string().nullish(),
  ended_at: z.string().nullish(),
}

export const runShape = z.looseObject({ ...run, stages: z.record(z.string(), z.number()) })

const stageShape = z.looseObject({
  name: z.string(),
  kind: z.string(),
  state: z.string(),
  progress: z.number(),
  step: z.string(),
  cache: z.string().nullish(),
  cache_why: z.string().nullish(),
  failures: z.number(),
  interruptions: z.number(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
  parameters: z.unknown(),
  started_at: z.string().nullish(),
  ended_at: z.string().nullish(),
  expires_at: z.string().nullish(),
  decision: z.looseObject({ outcome: z.string(), by: z.string(), reason: z.string() }).nullish(),
  artifacts: z.array(
    z.looseObject({
      name: z.string(),
      type: z.string(),
      digest: z.string(),
      size_bytes: z.number(),
      value: z.unknown(),
    }),
  ),
})

export const runDetailShape = z.looseObject({ ...run, stages: z.array(stageShape) })

export const checkedShape = z.looseObject({
  ok: z.boolean(),
  problems: z.array(
    z.looseObject({
      line: z.number(),
      column: z.number(),
      path: z.string(),
      message: z.string(),
      mend: z.string(),
    }),
  ),
})

export const logLineShape = z.looseObject({
  sequence: z.number(),
  stage: z.string(),
  attempt: z.number(),
  at: z.string(),
  stream: z.string(),
  text: z.string(),
})

export type WireRunDetail = z.output<typeof runDetailShape>
export type WireStage = WireRunDetail['stages'][number]
