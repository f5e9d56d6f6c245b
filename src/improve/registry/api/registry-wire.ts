import { z } from 'zod'
import { parseDefinition } from '../definition.ts'
import {
  eventKinds,
  type Model,
  type ModelAlias,
  type ModelAttachment,
  type ModelDecision,
  type ModelEvent,
  modelFormats,
  type ModelVersion,
} from '../model.ts'
import type { Requirement } from '../rules/judge-move.ts'
import type { Serving } from '../stores/serving-store.ts'

const moment = z.iso.datetime()
const tags = z.record(z.string(), z.string())

export const evidenceSchema = z
  .object({
    kind: z.string().min(1).max(50).describe('`evaluation`, `review`, `report`, a kind of attachment.'),
    id: z.string().min(1).max(200),
    hash: z.string().max(200).optional(),
  })
  .meta({ id: 'ModelEvidence' })

export const fileSchema = z
  .object({
    path: z.string(),
    bytes: z.int(),
    sha256: z.string(),
  })
  .meta({ id: 'ModelFile' })

const factsSchema = z.object({
  architecture: z.string().nullable(),
  parameters: z.number().nullable(),
  quantization: z.string().nullable(),
  context_length: z.number().nullable(),
  name: z.string().nullable(),
  license: z.string().nullable(),
  tokenizer: z.string().nullable(),
})

const lineageSchema = z.object({
  datasets: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      number: z.int().nullable(),
      split: z.string().nullable(),
      role: z.string(),
    }),
  ),
  runs: z.array(z.object({ kind: z.string(), id: z.string() })),
  models: z.array(z.object({ model: z.string(), version: z.int(), role: z.string() })),
})

export const versionSchema = z
  .object({
    model: z.string(),
    number: z.int(),
    tenant: z.string(),
    digest: z.string().describe('SHA-256 of the manifest: format, and path, size and SHA-256 of each file.'),
    format: z.enum(modelFormats),
    files: z.array(fileSchema),
    bytes: z.int(),
    facts: factsSchema.describe('What the headers of the files say.'),
    lineage: lineageSchema,
    metrics: z.record(z.string(), z.number()),
    source: z.looseObject({ kind: z.string() }),
    tags,
    description: z.string(),
    author: z.string(),
    created_at: moment,
  })
  .meta({ id: 'ModelVersion' })

export function toWireVersion(version: ModelVersion): z.output<typeof versionSchema> {
  const { facts, lineage } = version
  return {
    model: version.model,
    number: version.number,
    tenant: version.tenant,
    digest: version.digest,
    format: version.format,
    files: version.manifest.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    bytes: version.bytes,
    facts: {
      architecture: facts.architecture ?? null,
      parameters: facts.parameters ?? null,
      quantization: facts.quantization ?? null,
      context_length: facts.contextLength ?? null,
      name: facts.name ?? null,
      license: facts.license ?? null,
      tokenizer: facts.tokenizer ?? null,
    },
    lineage: {
      datasets: lineage.datasets.map(({ name, version: id, number, split, role }) => ({
        name,
        version: id,
        number: number ?? null,
        split: split ?? null,
        role,
      })),
      runs: lineage.runs.map(({ kind, id }) => ({ kind, id })),
      models: lineage.models.map(({ model, version: number, role }) => ({ model, version: number, role })),
    },
    metrics: { ...version.metrics },
    source: { ...version.source },
    tags: { ...version.tags },
    description: version.description,
    author: version.author,
    created_at: version.createdAt.toISOString(),
  }
}

export const aliasSchema = z
  .object({
    name: z.string(),
    version: z.int(),
    author: z.string().describe('Who moved it last.'),
    updated_at: moment,
  })
  .meta({ id: 'ModelAlias' })

export function toWireAlias(alias: ModelAlias): z.output<typeof aliasSchema> {
  return {
    name: alias.name,
    version: alias.number,
    author: alias.author,
    updated_at: alias.updatedAt.toISOString(),
  }
}

export const modelSchema = z
  .object({
    name: z.string(),
    tenant: z.string(),
    description: z.string(),
    definition: z.string().describe('YAML: which aliases are protected, and by what.'),
    protected: z.array(z.string()).describe('The aliases that are.'),
    tags,
    aliases: z.array(aliasSchema),
    newest: versionSchema.nullable(),
    author: z.string(),
    created_at: moment,
    updated_at: moment,
  })
  .meta({ id: 'Model' })

export function toWireModel(
  model: Model,
  aliases: readonly ModelAlias[],
  newest: ModelVersion | undefined,
): z.output<typeof modelSchema> {
  return {
    name: model.name,
    tenant: model.tenant,
    description: model.description,
    definition: model.definition,
    protected: Object.keys(parseDefinition(model.definition).aliases),
    tags: { ...model.tags },
    aliases: aliases.map(toWireAlias),
    newest: newest ? toWireVersion(newest) : null,
    author: model.author,
    created_at: model.createdAt.toISOString(),
    updated_at: model.updatedAt.toISOString(),
  }
}

export const attachmentSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    name: z.string(),
    media_type: z.string(),
    sha256: z.string(),
    bytes: z.int(),
    details: z.record(z.string(), z.unknown()),
    author: z.string(),
    created_at: moment,
  })
  .meta({ id: 'ModelAttachment' })

export function toWireAttachment(attachment: ModelAttachment): z.output<typeof attachmentSchema> {
  return {
    id: attachment.id,
    kind: attachment.kind,
    name: attachment.name,
    media_type: attachment.mediaType,
    sha256: attachment.sha256,
    bytes: attachment.bytes,
    details: { ...attachment.details },
    author: attachment.author,
    created_at: attachment.createdAt.toISOString(),
  }
}

export const decisionSchema = z
  .object({
    id: z.string(),
    alias: z.string(),
    decision: z.enum(['approved', 'rejected']),
    actor: z.string().describe('The id of the key.'),
    actor_name: z.string(),
    reason: z.string(),
    evidence: z.array(evidenceSchema),
    created_at: moment,
  })
  .meta({ id: 'ModelDecision' })

export function toWireDecision(decision: ModelDecision): z.output<typeof decisionSchema> {
  return {
    id: decision.id,
    alias: decision.alias,
    decision: decision.decision,
    actor: decision.actor,
    actor_name: decision.actorName,
    reason: decision.reason,
    evidence: [...decision.evidence],
    created_at: decision.createdAt.toISOString(),
  }
}

export const requirementSchema = z
  .object({
    name: z.enum(['approvals', 'rejections', 'evaluation', 'dataset', 'attachment', 'format', 'verified']),
    is_met: z.boolean(),
    explanation: z.string().describe('What was found, or what is missing and how to get it.'),
  })
  .meta({ id: 'ModelRequirement' })

export function toWireRequirement(requirement: Requirement): z.output<typeof requirementSchema> {
  return { name: requirement.name, is_met: requirement.isMet, explanation: requirement.explanation }
}

export const eventSchema = z
  .object({
    id: z.string(),
    sequence: z.int().describe('Of the model, without a gap.'),
    at: moment,
    model: z.string(),
    tenant: z.string(),
    kind: z.enum(eventKinds),
    version: z.int().nullable(),
    digest: z.string().nullable(),
    alias: z.string().nullable(),
    previous: z.int().nullable().describe('The version that the alias was at before.'),
    actor: z.string().describe('The id of the key, or `system`.'),
    actor_name: z.string(),
    reason: z.string(),
    evidence: z.array(evidenceSchema),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ModelEvent' })

export function toWireEvent(event: ModelEvent): z.output<typeof eventSchema> {
  return {
    id: event.id,
    sequence: event.sequence,
    at: event.at.toISOString(),
    model: event.model,
    tenant: event.tenant,
    kind: event.kind,
    version: event.version ?? null,
    digest: event.digest ?? null,
    alias: event.alias ?? null,
    previous: event.previous ?? null,
    actor: event.actor,
    actor_name: event.actorName,
    reason: event.reason,
    evidence: [...event.evidence],
    details: { ...event.details },
  }
}

export const servingSchema = z
  .object({
    engine: z.string(),
    server: z.string(),
    version: z.int(),
    reference: z.string().describe('As the configuration names it.'),
    releases: z.array(z.string()).describe('SERVICE@RELEASE of what it served.'),
    started_at: moment,
    ended_at: moment.nullable(),
  })
  .meta({ id: 'ModelServing' })

export function toWireServing(serving: Serving, number: number): z.output<typeof servingSchema> {
  return {
    engine: serving.engine,
    server: serving.server,
    version: number,
    reference: serving.reference,
    releases: [...serving.releases],
    started_at: serving.startedAt.toISOString(),
    ended_at: serving.endedAt?.toISOString() ?? null,
  }
}
