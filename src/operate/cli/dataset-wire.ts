import { z } from 'zod'

const row = z.record(z.string(), z.unknown())

export const datasetVersionShape = z.looseObject({
  id: z.string(),
  number: z.number(),
  dataset: z.string(),
  rows: z.number(),
  columns: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  key: z.array(z.string()),
  parents: z.array(z.string()),
  source: z.looseObject({ kind: z.string() }),
  checks: z.array(
    z.looseObject({
      check: z.string(),
      severity: z.string(),
      outcome: z.string(),
      rows: z.number().nullish(),
    }),
  ),
  author: z.string(),
  message: z.string(),
  segments: z.number(),
  bytes: z.number(),
  created_at: z.string(),
})

export const datasetRefShape = z.looseObject({
  name: z.string(),
  kind: z.string(),
  version: z.string(),
  number: z.number(),
  author: z.string(),
  updated_at: z.string(),
})

export const datasetShape = z.looseObject({
  name: z.string(),
  tenant: z.string(),
  description: z.string(),
  key: z.array(z.string()),
  splits: z.array(z.looseObject({ name: z.string(), share: z.number() })).nullish(),
  definition: z.looseObject({ hash: z.string(), text: z.string(), author: z.string() }),
  refs: z.array(datasetRefShape),
  head: datasetVersionShape.nullish(),
})

export const publishedShape = z.looseObject({
  version: datasetVersionShape,
  is_new: z.boolean(),
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  stored_bytes: z.number(),
  report: z.string().nullish(),
})

export const datasetTaskShape = z.looseObject({
  id: z.string(),
  dataset: z.string().nullish(),
  kind: z.string(),
  state: z.string(),
  progress: z.number(),
  step: z.string(),
  result: z.unknown(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
  author: z.string(),
  attempts: z.number(),
  created_at: z.string(),
  ended_at: z.string().nullish(),
})
export type WireDatasetTask = z.output<typeof datasetTaskShape>

export const datasetRowsShape = z.looseObject({
  number: z.number(),
  data: z.array(z.looseObject({ key: z.string(), row })),
  next_cursor: z.string().nullish(),
})

export const datasetDiffShape = z.looseObject({
  from: datasetVersionShape,
  to: datasetVersionShape,
  counts: z
    .looseObject({
      added: z.number(),
      changed: z.number(),
      removed: z.number(),
      unchanged: z.number(),
      columns: z.record(z.string(), z.number()),
    })
    .nullish(),
  data: z.array(
    z.looseObject({
      kind: z.string(),
      key: z.string(),
      columns: z.array(z.string()),
      before: row.nullish(),
      after: row.nullish(),
    }),
  ),
  next_cursor: z.string().nullish(),
})

export const datasetMergeShape = z.looseObject({
  outcome: z.string(),
  published: publishedShape.nullish(),
  conflicts: z.number(),
  shown: z.array(
    z.looseObject({
      key: z.string(),
      kind: z.string(),
      columns: z.array(z.string()),
      base: row.nullish(),
      ours: row.nullish(),
      theirs: row.nullish(),
    }),
  ),
})

export const datasetQueryShape = z.looseObject({
  columns: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.unknown())),
  is_cut: z.boolean(),
})

export const datasetSplitsShape = z.looseObject({
  number: z.number(),
  by: z.array(z.string()),
  salt: z.string(),
  data: z.array(z.looseObject({ name: z.string(), rows: z.number(), share: z.number() })),
})

export const datasetGarbageShape = z.looseObject({
  dry_run: z.boolean(),
  versions: z.number(),
  objects: z.number(),
  bytes: z.number(),
})

const originShape = z.looseObject({
  number: z.number(),
  author: z.string(),
  message: z.string(),
  source: z.looseObject({ kind: z.string() }),
  created_at: z.string(),
})
export type WireOrigin = z.output<typeof originShape>

export const datasetBlameShape = z.looseObject({
  rows: z.array(
    z.looseObject({
      key: z.string(),
      state: z.string(),
      row: row.nullish(),
      cells: z.array(
        z.looseObject({ column: z.string(), version: z.number().nullish(), kind: z.string().nullish() }),
      ),
      removed: z.looseObject({ version: z.number(), last: z.number() }).nullish(),
    }),
  ),
  origins: z.array(originShape),
  followed_to: z.number().nullable(),
})
