import { z } from 'zod'
import { cache } from './cache.ts'
import { failureCauses, hedge, retries, routing, timeouts } from './failure.ts'
import { priority } from './capacity.ts'
import { budgets, limits } from './limits.ts'
import { name } from './parts.ts'
import { rolloutPlan } from './rollout.ts'
import { slo } from './slo.ts'

const share = {
  weight: z
    .int()
    .min(0)
    .max(1_000)
    .optional()
    .describe('Its share among the targets of the release, 1 by default; 0 takes it out.'),
  timeouts: timeouts.optional(),
}

const target = z
  .union([
    z.strictObject({
      provider: name.describe('One of `providers`.'),
      model: z.string().min(1).describe('The name of the model at the provider.'),
      ...share,
    }),
    z.strictObject({ engine: name.describe('One of `engines`.'), ...share }),
  ])
  .describe('Where a release sends its calls: `{ provider, model }` or `{ engine }`.')

const release = z
  .strictObject({
    target: target.optional(),
    targets: z
      .array(target)
      .min(1)
      .optional()
      .describe('Several targets that serve alike, in place of `target`; `routing` of the service chooses.'),
    fallbacks: z
      .array(
        z.strictObject({
          on: z
            .array(z.enum(failureCauses))
            .min(1)
            .optional()
            .describe('The causes it is for; all of them where this is left out.'),
          target,
        }),
      )
      .optional()
      .describe('Where a call goes that the targets failed; the first that fits its cause, then the next.'),
    prompt: z
      .strictObject({ system: z.string().min(1).describe('Put before the messages of the client.') })
      .optional()
      .describe('What the release adds to the prompt.'),
    parameters: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Request parameters used where the client sends none, e.g. temperature or max_tokens.'),
  })
  .refine(
    ({ target: one, targets }) => (one === undefined) !== (targets === undefined),
    'A release has either `target` or `targets`.',
  )
  .describe('One version of a service: where calls go, and with what prompt and parameters.')

export const service = z
  .strictObject({
    description: z.string().optional().describe('One line for people.'),
    releases: z
      .record(name, release)
      .refine(releases => Object.keys(releases).length > 0, 'No release is declared here.')
      .describe('The versions of the service, by name.'),
    release: name.optional().describe('The release that serves; may be left out where there is only one.'),
    storeContent: z
      .union([z.boolean(), z.literal('masked')])
      .default(false)
      .describe(
        'Whether prompts and answers are kept with the inference: `masked` keeps them with placeholders for personal data and secrets, `true` as they are. Counts and times always are.',
      ),
    useForTraining: z
      .boolean()
      .optional()
      .describe(
        'Whether examples may be made of what is asked and answered here: `true` allows it for all tenants that do not refuse, `false` refuses it for all. Where neither the tenant nor the service says it, nothing is used.',
      ),
    policy: name
      .optional()
      .describe(
        'One of `policies`: what is looked for in its requests and answers. None where this is left out.',
      ),
    tenantPolicies: z
      .record(name, name)
      .optional()
      .describe('Tenants for which another policy holds in its place: `{ tenant: policy }`.'),
    slos: z
      .record(name, slo)
      .optional()
      .describe('What is promised of it, by name: service-level objectives.'),
    cache: cache.optional(),
    judges: z
      .array(name)
      .min(1)
      .optional()
      .describe('The `judges` that score a share of its answers; they read what `storeContent` keeps.'),
    rollout: rolloutPlan
      .optional()
      .describe('How a release comes to answer for it, where a rollout is begun without a plan of its own.'),
    routing: routing.prefault({}),
    retries: retries.prefault({}),
    hedge: hedge.optional(),
    priority: priority.default('standard'),
    limits: limits.optional(),
    budgets: budgets.optional(),
    maxOutputTokens: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(4_096)
      .describe(
        'What an answer is taken to have at most where the client sets no bound; sent as the bound where a hard budget applies.',
      ),
    timeoutMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(600_000)
      .describe('The longest a call may take in all, in milliseconds.'),
  })
  .describe('What a client names in `model`.')

export type ServiceConfig = z.output<typeof service>
export type ReleaseConfig = z.output<typeof release>
export type TargetConfig = z.output<typeof target>

/** The targets that serve a release before anything has failed; one at least. */
export function releaseTargets(release: ReleaseConfig): readonly TargetConfig[] {
  return release.targets ?? (release.target ? [release.target] : [])
}
