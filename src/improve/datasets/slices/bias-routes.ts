import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { counterfactualsBody, counterfactualsKind } from '../counterfactuals/make-counterfactuals.ts'
import { builtinAttributes, hashLexicon } from '../counterfactuals/lexicon.ts'
import { taskSchema, toWireTask } from '../datasets-wire.ts'
import {
  callerOf,
  type DatasetsRoutesOptions,
  namePath,
  onlyTenant,
  resolveNamed,
  revisionText,
  tag,
  tenantOf,
  tenantQuery,
} from '../routes-context.ts'
import { findAttributes } from '../counterfactuals/find-attributes.ts'
import { compareBiasBody, compareBiasKind, planComparison } from './compare-bias.ts'
import { mitigateBody, mitigateKind } from './mitigate.ts'
import { collectionNeeds } from './mitigation.ts'
import { readSlices, sliceColumns } from './read-slices.ts'
import { labelGaps, representationOf } from './representation.ts'

const biasQuery = z.object({
  tenant: tenantQuery,
  slices: z
    .string()
    .max(1_000)
    .optional()
    .describe(
      'Columns and `slices` of the definition, with commas: their crossing. By default those with the role `slice`, and all that are declared.',
    ),
  label: z.string().max(200).optional().describe('By default the column with the role `label`.'),
  against: z.string().max(400).optional().describe('A version that is taken for the population: `census@3`.'),
  half_width: z.coerce
    .number()
    .min(0.005)
    .max(0.3)
    .default(0.05)
    .describe('How sure a share of each slice is to be: the half of its interval.'),
})
const share = z.object({
  slice: z.string(),
  rows: z.int(),
  share: z.number(),
  low: z.number(),
  high: z.number(),
})
const biasSchema = z
  .object({
    version: z.string(),
    number: z.int(),
    slices: z.array(z.string()).describe('The columns and conditions.'),
    label: z.string().nullable(),
    says: z.string(),
    representation: z.array(
      share.extend({
        expected: z.number().nullable(),
        ratio: z.number().nullable().describe('Share over expected: below 1 where there is too little.'),
        is_small: z.boolean(),
      }),
    ),
    test: z.object({ p: z.number(), effect: z.number() }).nullable(),
    gaps: z
      .array(
        z.object({
          label: z.string(),
          slice: z.string(),
          rows: z.int(),
          share: z.number(),
          others: z.number(),
          difference: z.number(),
          low: z.number(),
          high: z.number(),
          p: z.number().describe('Adjusted for all that was looked at (Benjamini–Hochberg).'),
        }),
      )
      .describe('How much likelier each label is in a slice than elsewhere; the largest 100.'),
    needs: z
      .array(z.object({ slice: z.string(), rows: z.int(), missing: z.int() }))
      .describe('How many rows more each slice needs for the interval that is wanted.'),
  })
  .meta({ id: 'DatasetBias' })
const versionPath = namePath.extend({ revision: revisionText })

/** The rows for slices, counterfactuals and mitigation. */
export function biasRoutes(options: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  const { context, datasets } = options
  return [
    defineRoute<Principal, typeof versionPath, typeof biasQuery>({
      method: 'GET',
      path: '/api/datasets/{name}/versions/{revision}/bias',
      operationId: 'readDatasetBias',
      summary: 'How the slices of a version are represented, and which labels hang on them.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: versionPath, query: biasQuery },
      output: biasSchema,
      handle: async ({ path, query }, { principal, signal }) => {
        const tenant = tenantOf(options, principal, query.tenant)
        const version = await resolveNamed(options, tenant, path)
        const by = sliceColumns(version, {
          slices: query.slices?.split(',').map(name => name.trim()),
          label: query.label,
        })
        const counts = await readSlices(context, version, by, signal)
        const population =
          query.against === undefined
            ? undefined
            : await readSlices(
                context,
                await datasets.resolve(tenant, query.against),
                { ...by, label: undefined },
                signal,
              )
        const expected = population && Object.fromEntries(population.map(({ slice, rows }) => [slice, rows]))
        const { slices, test, says } = representationOf(counts, expected)
        return {
          version: version.version.id,
          number: version.version.number,
          slices: [...by.columns],
          label: by.label ?? null,
          says,
          representation: slices.map(({ expected: due, ratio, isSmall, ...one }) => ({
            ...one,
            expected: due ?? null,
            ratio: ratio ?? null,
            is_small: isSmall,
          })),
          test: test ?? null,
          gaps: by.label === undefined ? [] : labelGaps(counts).slice(0, 100),
          needs: collectionNeeds(counts, query.half_width),
        }
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof mitigateBody>({
      method: 'POST',
      path: '/api/datasets/{name}/mitigations',
      operationId: 'mitigateDatasetBias',
      summary: 'Publishes a version whose labels hang less on its slices, as a step that says what it did.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: mitigateBody },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const version = await resolveNamed(options, caller.tenant, { name: path.name, revision: body.branch })
        if (body.method === 'augment') findAttributes(body.attributes)
        else sliceColumns(version, body)
        const task = await datasets.tasks.start(caller, {
          kind: mitigateKind,
          dataset: version.dataset.name,
          parameters: { ...body, dataset: version.dataset.name, parent: version.version.id },
        })
        return toWireTask(task)
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof compareBiasBody>({
      method: 'POST',
      path: '/api/datasets/{name}/bias-comparisons',
      operationId: 'compareDatasetBias',
      summary:
        'What a mitigation did to a classifier that learns from the data: gap and accuracy, before and after.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: compareBiasBody },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const [before, after] = await Promise.all([
          resolveNamed(options, caller.tenant, { name: path.name, revision: body.before }),
          resolveNamed(options, caller.tenant, { name: path.name, revision: body.after }),
        ])
        planComparison(before, after, body)
        const task = await datasets.tasks.start(caller, {
          kind: compareBiasKind,
          dataset: before.dataset.name,
          parameters: {
            ...body,
            dataset: before.dataset.name,
            before: before.version.id,
            after: after.version.id,
          },
        })
        return toWireTask(task)
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof counterfactualsBody>({
      method: 'POST',
      path: '/api/datasets/{name}/counterfactuals',
      operationId: 'makeDatasetCounterfactuals',
      summary: 'Makes a dataset of examples in the form of each group, for an evaluation of parity.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: counterfactualsBody },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const { dataset, version } = await resolveNamed(options, caller.tenant, {
          name: path.name,
          revision: body.revision,
        })
        findAttributes(body.attributes, [...builtinAttributes, ...(body.lexicon ?? [])])
        const task = await datasets.tasks.start(caller, {
          kind: counterfactualsKind,
          dataset: dataset.name,
          parameters: {
            ...body,
            into: body.into ?? `${dataset.name}-counterfactuals`,
            dataset: dataset.name,
            version: version.id,
          },
        })
        return toWireTask(task)
      },
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/counterfactual-attributes',
      operationId: 'listCounterfactualAttributes',
      summary: 'What can be swapped in texts: attributes with their groups.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      output: z.object({
        lexicon: z.string().describe('Names the words that are swapped.'),
        data: z.array(
          z.object({
            name: z.string(),
            language: z.string(),
            groups: z.array(z.string()),
            terms: z.int(),
            names: z.int(),
          }),
        ),
      }),
      handle: () => ({
        lexicon: hashLexicon(builtinAttributes),
        data: builtinAttributes.map(({ name, language, groups, terms, names }) => ({
          name,
          language,
          groups: [...groups],
          terms: terms.length,
          names: names[0]?.length ?? 0,
        })),
      }),
    }),
  ]
}
