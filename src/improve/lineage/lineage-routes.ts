import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../foundation/platform/index.ts'
import { type Access, homeTenant, type Principal } from '../../govern/access/index.ts'
import { type LineageKind, lineageKinds, type LineageSource } from './lineage.ts'
import { nameOf, walkLineage } from './walk-lineage.ts'

const mostNeighbours = 25

/** What a key needs beside `model:read` to see what of a kind there is. */
const permissions: Readonly<Record<LineageKind, string>> = {
  dataset: 'dataset:read',
  training: 'training:read',
  pipeline: 'pipeline:read',
  tracking: 'model:read',
  model: 'model:read',
  serving: 'model:read',
  evaluation: 'evaluation:read',
  inferences: 'inference:read',
  inference: 'inference:read',
}

const query = z.object({
  of: z
    .string()
    .min(1)
    .max(500)
    .describe(
      'KIND:NAME: `model:support@3` or `model:support@production`, `dataset:tickets@12`, `training:ftjob-…`, `evaluation:ID`, `pipeline:ID`, `tracking:ID`, `serving:ID`, `inference:ID`.',
    ),
  direction: z
    .enum(['up', 'down', 'both'])
    .default('both')
    .describe('What it comes from, what came of it, or both.'),
  depth: z.coerce.number().int().min(1).max(12).default(6).describe('Steps away from it.'),
  limit: z.coerce.number().int().min(1).max(500).default(200).describe('Nodes at most.'),
  tenant: z.string().min(1).max(200).optional().describe('Whose it is: that of the key by default.'),
})

const nodeSchema = z
  .object({
    id: z.string().describe('KIND:ID; `of` takes it.'),
    kind: z.enum(lineageKinds),
    label: z.string(),
    tenant: z.string(),
    at: z.iso.datetime().nullable(),
    state: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    has_more: z.boolean().describe('Not all that it comes from, or that came of it, is here.'),
  })
  .meta({ id: 'LineageNode' })

const edgeSchema = z
  .object({
    from: z.string().describe('The earlier one.'),
    to: z.string(),
    role: z.string().describe('What the earlier one was for the later.'),
    is_certain: z
      .boolean()
      .describe('False where several could have been it: engines of one name on several servers.'),
  })
  .meta({ id: 'LineageEdge' })

/** The row that walks over what domains know of each other. */
export function lineageRoutes(options: {
  readonly sources: readonly LineageSource[]
  readonly access: Pick<Access, 'visibleTenant' | 'isAllowed'>
}): AnyRoute<Principal>[] {
  const { sources, access } = options
  return [
    defineRoute<Principal, undefined, typeof query>({
      method: 'GET',
      path: '/api/lineage',
      operationId: 'readLineage',
      summary: 'What something comes from and what came of it: data, jobs, models, engines, inferences.',
      tag: 'Models',
      permission: 'model:read',
      tenant: 'any',
      input: { query },
      output: z.object({
        of: z.string(),
        nodes: z.array(nodeSchema),
        edges: z.array(edgeSchema),
        truncated: z.boolean().describe('Whether any of the nodes has more.'),
      }),
      handle: async ({ query: asked }, { principal }) => {
        const tenant = access.visibleTenant(principal, asked.tenant)
        const scope = { tenant, services: principal.services && [...principal.services] }
        const maySee = (kind: LineageKind, of: string): boolean =>
          access.isAllowed(principal, permissions[kind], { tenant: of })
        const { kind, reference } = readName(asked.of)
        const start = await findStart(sources, kind, reference, tenant ?? homeTenant(principal), scope)
        if (!start || !maySee(kind, start.tenant))
          throw new Failure('not_found', `There is no ${kind} ${reference.slice(0, 100)} here.`, {
            details: { parameter: 'of' },
          })
        const found = await walkLineage(sources, {
          start,
          direction: asked.direction,
          depth: asked.depth,
          mostNodes: asked.limit,
          mostNeighbours,
          scope,
          maySee,
        })
        return {
          of: found.of,
          nodes: found.nodes.map(node => ({
            id: nameOf(node),
            kind: node.kind,
            label: node.label,
            tenant: node.tenant,
            at: node.at?.toISOString() ?? null,
            state: node.state ?? null,
            details: { ...node.details },
            has_more: node.hasMore,
          })),
          edges: found.edges.map(({ from, to, role, isCertain }) => ({
            from,
            to,
            role,
            is_certain: isCertain,
          })),
          truncated: found.nodes.some(({ hasMore }) => hasMore),
        }
      },
    }),
  ]
}

function readName(text: string): { readonly kind: LineageKind; readonly reference: string } {
  const colon = text.indexOf(':')
  const kind = lineageKinds.find(one => one === text.slice(0, colon))
  if (kind !== undefined && colon < text.length - 1) return { kind, reference: text.slice(colon + 1) }
  throw new Failure(
    'invalid_request',
    `${JSON.stringify(text.slice(0, 100))} names nothing: write KIND:NAME, as in model:support@3. Kinds are ${lineageKinds.join(', ')}.`,
    { details: { parameter: 'of' } },
  )
}

async function findStart(
  sources: readonly LineageSource[],
  kind: LineageKind,
  reference: string,
  tenant: string,
  scope: Parameters<NonNullable<LineageSource['find'][LineageKind]>>[2],
) {
  for (const source of sources) {
    const found = await source.find[kind]?.(reference, tenant, scope)
    if (found) return found
  }
  return undefined
}
