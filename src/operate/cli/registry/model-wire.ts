import { z } from 'zod'

/** What the commands read of models; more may come, and is kept for `--json`. */
export const evidenceShape = z.looseObject({ kind: z.string(), id: z.string() })

export const modelFileShape = z.looseObject({ path: z.string(), bytes: z.number(), sha256: z.string() })

export const modelVersionShape = z.looseObject({
  model: z.string(),
  number: z.number(),
  tenant: z.string(),
  digest: z.string(),
  format: z.string(),
  files: z.array(modelFileShape),
  bytes: z.number(),
  facts: z.looseObject({
    architecture: z.string().nullable(),
    parameters: z.number().nullable(),
    quantization: z.string().nullable(),
    context_length: z.number().nullable(),
    license: z.string().nullable(),
  }),
  lineage: z.looseObject({
    datasets: z.array(
      z.looseObject({
        name: z.string(),
        version: z.string(),
        number: z.number().nullable(),
        split: z.string().nullable(),
        role: z.string(),
      }),
    ),
    runs: z.array(z.looseObject({ kind: z.string(), id: z.string() })),
    models: z.array(z.looseObject({ model: z.string(), version: z.number(), role: z.string() })),
  }),
  metrics: z.record(z.string(), z.number()),
  tags: z.record(z.string(), z.string()),
  description: z.string(),
  author: z.string(),
  created_at: z.string(),
})
export type WireModelVersion = z.output<typeof modelVersionShape>

export const modelAliasShape = z.looseObject({
  name: z.string(),
  version: z.number(),
  author: z.string(),
  updated_at: z.string(),
})

export const modelShape = z.looseObject({
  name: z.string(),
  tenant: z.string(),
  description: z.string(),
  protected: z.array(z.string()),
  aliases: z.array(modelAliasShape),
  newest: modelVersionShape.nullable(),
})
export type WireModel = z.output<typeof modelShape>

export const decisionShape = z.looseObject({
  alias: z.string(),
  decision: z.string(),
  actor_name: z.string(),
  reason: z.string(),
  created_at: z.string(),
})

export const servingShape = z.looseObject({
  engine: z.string(),
  server: z.string(),
  version: z.number(),
  releases: z.array(z.string()),
  started_at: z.string(),
  ended_at: z.string().nullable(),
})

export const modelAttachmentShape = z.looseObject({
  kind: z.string(),
  name: z.string(),
  bytes: z.number(),
  author: z.string(),
})

export const versionDetailShape = modelVersionShape.extend({
  aliases: z.array(modelAliasShape),
  attachments: z.array(modelAttachmentShape),
  decisions: z.array(decisionShape),
  servings: z.array(servingShape),
})
export type WireVersionDetail = z.output<typeof versionDetailShape>

export const modelEventShape = z.looseObject({
  at: z.string(),
  kind: z.string(),
  version: z.number().nullable(),
  alias: z.string().nullable(),
  previous: z.number().nullable(),
  actor_name: z.string(),
  reason: z.string(),
  evidence: z.array(evidenceShape),
})

export const liveShape = z.looseObject({
  at: z.string(),
  aliases: z.array(
    z.looseObject({ alias: z.string(), version: z.number(), since: z.string(), event: modelEventShape }),
  ),
  servings: z.array(servingShape),
})

export const requirementShape = z.looseObject({
  name: z.string(),
  is_met: z.boolean(),
  explanation: z.string(),
})

export const fileStateShape = z.looseObject({ bytes: z.number(), is_stored: z.boolean() })
export const publishedShape = z.looseObject({ version: modelVersionShape, is_new: z.boolean() })

export const lineageShape = z.looseObject({
  of: z.string(),
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      kind: z.string(),
      label: z.string(),
      at: z.string().nullable(),
      state: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
      has_more: z.boolean(),
    }),
  ),
  edges: z.array(
    z.looseObject({ from: z.string(), to: z.string(), role: z.string(), is_certain: z.boolean() }),
  ),
  truncated: z.boolean(),
})
export type WireLineage = z.output<typeof lineageShape>
