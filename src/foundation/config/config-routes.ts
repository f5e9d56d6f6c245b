import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../platform/index.ts'
import type { PolicyContext } from './check-policies.ts'
import type { ConfigSource } from './config-source.ts'
import { parseConfig } from './parse-config.ts'

const problem = z
  .object({
    file: z.string(),
    line: z.number(),
    column: z.number(),
    path: z.string().describe('The key at fault, e.g. `services.support.releases.v1.target`.'),
    message: z.string(),
    mend: z.string().describe('What to do about it.'),
  })
  .meta({ id: 'ConfigurationProblem' })

const state = z.object({
  hash: z.string(),
  file: z.string(),
  loaded_at: z.string(),
  revision: z
    .int()
    .nullable()
    .describe('The one that is in force here, of those published for all replicas.'),
  is_file_stale: z
    .boolean()
    .describe('Whether a revision is followed that was published after what the file says.'),
  problem: z.object({ message: z.string(), problems: z.array(problem) }).nullable(),
})

export type ConfigState = z.output<typeof state>

/** The configuration in force, what is wrong with the file where it is not the one in force, and a dry run. */
export function configRoutes<Principal>(
  source: Pick<ConfigSource, 'current'>,
  readState: () => Promise<ConfigState>,
  context: PolicyContext = {},
): AnyRoute<Principal>[] {
  const body = z.strictObject({ text: z.string().max(262_144).describe('The text of a slipway.yaml.') })
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/configuration',
      operationId: 'readConfiguration',
      summary: 'Which configuration is in force, and why the file is not where it has problems.',
      tag: 'System',
      permission: 'configuration:read',
      tenant: 'system',
      isAuditedRead: true,
      output: state,
      handle: readState,
    }),
    defineRoute<Principal, undefined, undefined, typeof body>({
      method: 'POST',
      path: '/api/configuration/check',
      operationId: 'checkConfiguration',
      summary: 'Checks a configuration without putting it in force.',
      tag: 'System',
      permission: 'configuration:check',
      tenant: 'system',
      input: { body },
      output: z.object({ ok: z.boolean(), problems: z.array(problem) }),
      handle: ({ body: { text } }) => {
        // without secrets: a text from outside must not make us look into files and variables
        const parsed = parseConfig(text, source.current().file, {}, { ...context, isWithoutSecrets: true })
        return 'problems' in parsed ? { ok: false, problems: parsed.problems } : { ok: true, problems: [] }
      },
    }),
  ]
}
