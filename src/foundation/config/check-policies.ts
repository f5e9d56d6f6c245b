import { z } from 'zod'

import type { ConfigParts } from './config-parts.ts'
import { guardHash } from './policy-hash.ts'
import type { DataPath, Finding } from './problem.ts'
import type { SchemaNode } from './schema-outline.ts'
import type { GuardConfig, GuardStage } from './schema/index.ts'
import { listOf, suggestSentence } from './suggest.ts'

/** What the configuration has to know of a check: the planes above hand it in. */
export interface CheckShape {
  readonly name: string
  readonly stages: readonly GuardStage[]
  readonly parameters: z.ZodType
  /** `judge` runs after the answer, and so can only annotate. */
  readonly cost: string
}

export type CheckCatalogue = ReadonlyMap<string, CheckShape>

/** A stored report of what a check of a policy would have done. */
export interface ReportReference {
  readonly policy: string
  readonly guardHash: string
}

export interface PolicyContext {
  /** The checks that there are; names and parameters of checks are not looked at without it. */
  readonly checks?: CheckCatalogue | undefined
  /** The stored report with that hash; reports are not looked for without it. */
  readonly findReport?: ((hash: string) => ReportReference | 'not read yet' | undefined) | undefined
}

/** What the schema cannot see of policies: checks that there are, what each takes, and what an enforced one rests on. */
export function checkPolicies(parts: ConfigParts, context: PolicyContext): Finding[] {
  return [...parts.policies].flatMap(([name, policy]) => {
    const seen = new Set<string>()
    return policy.checks.flatMap((guard, index) => {
      const path = ['policies', name, 'checks', index]
      const called = guard.name ?? guard.check
      const isTwice = seen.has(called)
      seen.add(called)
      return [
        ...(isTwice ? [calledTwice(called, path)] : []),
        ...checkKind(guard, path, context.checks),
        ...checkAction(guard, path),
        ...checkAsked(parts, guard, path, context.checks),
        ...checkRelease(parts, name, guard, path),
        ...checkEvidence(name, guard, path, context.findReport),
      ]
    })
  })
}

function calledTwice(called: string, path: DataPath): Finding {
  return {
    path,
    at: 'value',
    message: `Two checks of this policy are called \`${called}\`.`,
    mend: 'Give this one a `name: …` of its own, so that its verdicts can be told apart.',
  }
}

function checkKind(guard: GuardConfig, path: DataPath, checks: CheckCatalogue | undefined): Finding[] {
  if (!checks) return []
  const shape = checks.get(guard.check)
  if (!shape) {
    return [
      {
        path: [...path, 'check'],
        at: 'value',
        message: `There is no check named \`${guard.check}\`.`,
        mend: suggestSentence(guard.check, [...checks.keys()], 'check'),
      },
    ]
  }
  const strangers = (guard.on ?? []).flatMap((stage, index) =>
    shape.stages.includes(stage)
      ? []
      : [
          {
            path: [...path, 'on', index],
            at: 'value',
            message: `The check \`${shape.name}\` does not look at \`${stage}\`.`,
            mend: `Use ${listOf(shape.stages)}.`,
          } satisfies Finding,
        ],
  )
  const isTooLate = shape.cost === 'judge' && guard.action !== 'annotate'
  return [
    ...strangers,
    ...(isTooLate
      ? [
          {
            path: [...path, 'action'],
            at: 'value',
            message: `The check \`${shape.name}\` runs after the answer has gone out, so it cannot ${guard.action}.`,
            mend: 'Write `action: annotate`.',
          } satisfies Finding,
        ]
      : []),
    ...explainParameters(guard.parameters, shape, [...path, 'parameters']),
  ]
}

function explainParameters(given: unknown, shape: CheckShape, path: DataPath): Finding[] {
  const { error } = shape.parameters.safeParse(given)
  if (!error) return []
  const schema = z.toJSONSchema(shape.parameters, { io: 'input', unrepresentable: 'any' }) as SchemaNode
  const known = Object.keys(schema.properties ?? {})
  const takes = known.length === 0 ? 'It takes no parameters.' : `It takes ${listOf(known)}.`
  const described = (key: unknown): string | undefined =>
    typeof key === 'string' && Object.hasOwn(schema.properties ?? {}, key)
      ? schema.properties?.[key]?.description
      : undefined
  return error.issues.flatMap((issue): Finding[] => {
    const inner = issue.path.map(part => (typeof part === 'number' ? part : String(part)))
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({
        path: [...path, ...inner, key],
        at: 'key',
        message: `\`${key}\` is no parameter of the check \`${shape.name}\`.`,
        mend: inner.length === 0 && known.length > 0 ? suggestSentence(key, known, 'parameter') : takes,
      }))
    }
    const isMissing = inner.length === 1 && valueOf(given, inner[0]) === undefined
    return [
      {
        path: isMissing ? path : [...path, ...inner],
        at: isMissing ? 'key' : 'value',
        message: isMissing
          ? `The check \`${shape.name}\` needs the parameter \`${String(inner[0])}\`.`
          : `The check \`${shape.name}\` cannot use this: ${issue.message}.`,
        mend: described(inner[0]) ?? takes,
      },
    ]
  })
}

function valueOf(given: unknown, key: string | number | undefined): unknown {
  if (typeof given !== 'object' || given === null || key === undefined) return undefined
  return Object.hasOwn(given, key) ? (given as Record<string | number, unknown>)[key] : undefined
}

function checkAction(guard: GuardConfig, path: DataPath): Finding[] {
  const findings: Finding[] = []
  const { action } = guard
  for (const key of ['onError', 'onTimeout'] as const) {
    if (action !== 'annotate' || guard[key] === undefined || guard[key] === 'open') continue
    findings.push({
      path: [...path, key],
      at: 'value',
      message: 'A check that only annotates holds nothing up, so it cannot close.',
      mend: 'Write `open`, or give it another `action`.',
    })
  }
  const before = (guard.on ?? []).findIndex(stage => stage === 'input' || stage === 'context')
  if (action === 'retry-with-instruction' && (guard.on === undefined || before >= 0)) {
    findings.push({
      path: guard.on === undefined ? path : [...path, 'on', before],
      at: 'value',
      message: 'Asking the model again mends its answer, not what it was asked.',
      mend: 'Write `on: [output]`, or also `reasoning` and `tool_call`.',
    })
  }
  if (guard.action === 'retry-with-instruction' && guard.instruction === undefined) {
    findings.push({
      path,
      at: 'value',
      message: '`instruction` is missing, which `retry-with-instruction` needs.',
      mend: 'Add `instruction: …`: what the model is told before it is asked again.',
    })
  }
  if (guard.action === 'fall-back-to-release' && guard.release === undefined) {
    findings.push({
      path,
      at: 'value',
      message: '`release` is missing, which `fall-back-to-release` needs.',
      mend: 'Add `release: …`: the release of the service that answers instead.',
    })
  }
  return findings
}

/** Every service that the policy is for must have the release that it names. */
/** The parameters in which checks that ask a model name a service. */
const serviceParameters = ['service', 'judge'] as const

function checkAsked(
  parts: ConfigParts,
  { check, parameters }: GuardConfig,
  path: DataPath,
  checks: CheckCatalogue | undefined,
): Finding[] {
  if (checks?.get(check)?.cost !== 'model') return []
  return serviceParameters.flatMap(parameter => {
    const service = parameters[parameter]
    if (typeof service !== 'string' || service === '' || parts.declared.services.includes(service)) return []
    return [
      {
        path: [...path, 'parameters', parameter],
        at: 'value',
        message: `There is no service named \`${service}\`, which this check asks.`,
        mend: suggestSentence(service, parts.declared.services, 'service'),
      } satisfies Finding,
    ]
  })
}

function checkRelease(parts: ConfigParts, policy: string, guard: GuardConfig, path: DataPath): Finding[] {
  const { release } = guard
  if (release === undefined) return []
  return [...parts.services].flatMap(([name, service]) => {
    const isFor = service.policy === policy || Object.values(service.tenantPolicies ?? {}).includes(policy)
    const releases = Object.keys(service.releases)
    if (!isFor || releases.includes(release)) return []
    return [
      {
        path: [...path, 'release'],
        at: 'value',
        message: `The service \`${name}\`, which this policy is for, has no release named \`${release}\`.`,
        mend: suggestSentence(release, releases, 'release'),
      } satisfies Finding,
    ]
  })
}

function checkEvidence(
  policy: string,
  guard: GuardConfig,
  path: DataPath,
  findReport: PolicyContext['findReport'],
): Finding[] {
  const { mode, report, waived, action } = guard
  if (mode !== 'enforce' || action === 'annotate' || waived !== undefined) return []
  if (report === undefined) {
    return [
      {
        path: [...path, 'mode'],
        at: 'value',
        message: '`enforce` needs a report of what this check would have done.',
        mend: `Let it run in \`shadow\`, write the report (\`slipway guardrails report ${policy} ${guard.name ?? guard.check}\`) and add \`report: HASH\`; or say why not in \`waived: …\`.`,
      },
    ]
  }
  if (!findReport) return []
  const found = findReport(report)
  if (found === 'not read yet' || found?.guardHash === guardHash(policy, guard)) return []
  return [
    {
      path: [...path, 'report'],
      at: 'value',
      message: found
        ? `The report \`${report}\` is not of this check as it stands here: something of it was changed since.`
        : `There is no report \`${report}\`.`,
      mend: `Let it run in \`shadow\` as it stands, and write a report: \`slipway guardrails report ${policy} ${guard.name ?? guard.check}\`.`,
    },
  ]
}
