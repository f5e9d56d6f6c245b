import { z } from 'zod'
import { type AnyRoute, type Database, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import { type Access, tenantOf, type Principal } from '../../../govern/access/index.ts'
import type { Evaluations } from '../evaluations.ts'
import { fromOpenAiEvals } from '../import/from-openai-evals.ts'
import { fromOpenAiRegistry } from '../import/from-openai-registry.ts'
import { fromPromptfoo } from '../import/from-promptfoo.ts'
import { findSuite, listSuites, listSuiteVersions } from '../suites/suite-store.ts'
import { suiteSchemaOut, toWireSuite } from './run-wire.ts'

const tag = 'Evaluations'
const name = z.string().min(1).max(200)
const tenant = name.optional().describe('For keys of the installation; a tenant’s own key needs none.')
const namePath = z.object({ name })
const tenantQuery = z.object({ tenant })
const versionQuery = z.object({ tenant, version: z.coerce.number().int().min(1).optional() })
const listQuery = z.object({
  tenant,
  cursor: name.optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const textBody = z.strictObject({
  tenant,
  text: z.string().min(1).max(524_288).describe('The YAML of a suite.'),
})

const importBody = z.strictObject({
  format: z.enum(['promptfoo', 'openai-evals', 'openai-registry']),
  text: z.string().min(1).max(2_097_152).describe('YAML or JSON.'),
  name: name.describe('What the suite is called.'),
  dataset: name.describe('The dataset that the tests were imported into.'),
  releases: z.array(name).min(1).max(20).describe('Who is asked.'),
  judge: name.optional().describe('The service that judges, where the file has judges.'),
  embedder: name.optional().describe('The service that embeds, where the file compares by meaning.'),
  eval: name.optional().describe('Which eval of a file of the registry; the one there is, by default.'),
  modelgraded: z
    .string()
    .max(262_144)
    .optional()
    .describe('The YAML of `registry/modelgraded` that an eval of the registry names.'),
})

const problem = z
  .object({
    line: z.int(),
    column: z.int(),
    path: z.string(),
    message: z.string(),
    mend: z.string().describe('What to do about it.'),
  })
  .meta({ id: 'SuiteProblem' })

/** The rows under `/api/evaluation-suites`. */
export function suiteRoutes(options: {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  readonly evaluations: Pick<Evaluations, 'check' | 'putSuite'>
}): AnyRoute<Principal>[] {
  const { database, access, evaluations } = options
  return [
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/evaluation-suites',
      operationId: 'listEvaluationSuites',
      summary: 'The suites that are stored, in their newest versions.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(suiteSchemaOut), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const visible = access.visibleTenant(principal, query.tenant)
        const page = { tenant: visible, after: query.cursor, limit: query.limit + 1 }
        const found = await listSuites(database, page)
        const data = found.slice(0, query.limit)
        const next = found.length > query.limit ? (data.at(-1)?.name ?? null) : null
        return { data: data.map(toWireSuite), next_cursor: next }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof textBody>({
      method: 'PUT',
      path: '/api/evaluation-suites',
      operationId: 'storeEvaluationSuite',
      summary: 'Stores a suite as its next version; nothing changes where the newest says the same.',
      tag,
      permission: 'evaluation:run',
      tenant: 'any',
      input: { body: textBody },
      output: suiteSchemaOut,
      handle: async ({ body }, { principal, requestId }) => {
        const caller = { principal, requestId, tenant: tenantOf(options, principal, body.tenant) }
        return toWireSuite(await evaluations.putSuite(caller, body.text, 'suite.yaml'))
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof textBody>({
      method: 'POST',
      path: '/api/evaluation-suites/check',
      operationId: 'checkEvaluationSuite',
      summary: 'Says all that is wrong with a suite, against its dataset and the configuration in force.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { body: textBody },
      output: z.object({ ok: z.boolean(), problems: z.array(problem) }),
      handle: async ({ body }, { principal }) => {
        const read = await evaluations.check(
          tenantOf(options, principal, body.tenant),
          body.text,
          'suite.yaml',
        )
        if ('suite' in read) return { ok: true, problems: [] }
        const problems = read.problems.map(({ line, column, path, message, mend }) => ({
          line,
          column,
          path,
          message,
          mend,
        }))
        return { ok: false, problems }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof importBody>({
      method: 'POST',
      path: '/api/evaluation-suites/import',
      operationId: 'importEvaluationSuite',
      summary:
        'Makes a suite of a configuration of promptfoo, or of an eval of OpenAI’s API or registry; stores nothing.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { body: importBody },
      output: z.object({
        text: z.string().describe('The YAML of a suite.'),
        notes: z.array(z.string()).describe('What the file has and the suite has not.'),
        samples: z
          .string()
          .nullable()
          .describe('Of an eval of the registry, the file below `registry/data` that is its dataset.'),
        needs: z
          .string()
          .nullable()
          .describe('The specification of `registry/modelgraded` that it names and that was not given.'),
      }),
      handle: ({ body: { format, text, eval: asked, modelgraded, ...given } }) => {
        const target = { ...given, judge: given.judge, embedder: given.embedder }
        if (format === 'openai-registry') {
          const made = fromOpenAiRegistry(text, target, { eval: asked, modelgraded })
          const { samples = null, needs = null } = made
          return { text: made.text, notes: [...made.notes], samples, needs }
        }
        const made = (format === 'promptfoo' ? fromPromptfoo : fromOpenAiEvals)(text, target)
        return { text: made.text, notes: [...made.notes], samples: null, needs: null }
      },
    }),
    defineRoute<Principal, typeof namePath, typeof versionQuery>({
      method: 'GET',
      path: '/api/evaluation-suites/{name}',
      operationId: 'readEvaluationSuite',
      summary: 'One suite, in its newest version or the one that is asked for.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { path: namePath, query: versionQuery },
      output: suiteSchemaOut,
      handle: async ({ path, query }, { principal }) => {
        const suite = await findSuite(
          database,
          tenantOf(options, principal, query.tenant),
          path.name,
          query.version,
        )
        if (suite) return toWireSuite(suite)
        throw new Failure('not_found', `There is no suite \`${path.name}\` that this key may see.`)
      },
    }),
    defineRoute<Principal, typeof namePath, typeof tenantQuery>({
      method: 'GET',
      path: '/api/evaluation-suites/{name}/versions',
      operationId: 'listEvaluationSuiteVersions',
      summary: 'All versions of a suite, the newest first.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { path: namePath, query: tenantQuery },
      output: z.object({ data: z.array(suiteSchemaOut) }),
      handle: async ({ path, query }, { principal }) => {
        const found = await listSuiteVersions(database, tenantOf(options, principal, query.tenant), path.name)
        return { data: found.map(toWireSuite) }
      },
    }),
  ]
}
