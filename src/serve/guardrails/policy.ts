import { guardHash, type GuardConfig, type PolicyConfig, policyHash } from '../../foundation/config/index.ts'
import type { Check, CostClass, Stage } from './check.ts'
import { type AnyCheckKind, checkKindsByName } from './check-kinds.ts'

/** One entry of a policy, ready to run. */
export interface Guard {
  /** What verdicts call it. */
  readonly name: string
  /** Of what it does, whatever its mode. */
  readonly hash: string
  /** Its place in the policy: where several would act, the first does. */
  readonly order: number
  readonly checkName: string
  readonly check: Check
  readonly cost: CostClass
  readonly maxSpan: number | 'sentence' | 'whole'
  readonly stages: ReadonlySet<Stage>
  readonly mode: 'shadow' | 'enforce'
  readonly action: GuardConfig['action']
  readonly timeoutMs: number
  readonly onError: 'closed' | 'open' | 'fallback'
  readonly onTimeout: 'closed' | 'open' | 'fallback'
  readonly threshold: number
  /** What is said in place of an answer. */
  readonly message: string
  readonly release: string | undefined
  readonly instruction: string | undefined
  readonly attempts: number
  /** Whether answers give what it masks back to the client that sent it. */
  readonly reidentify: boolean
  /** Whether text has to wait for it: it is enforced, and does more than note. */
  readonly isGate: boolean
}

/** A policy as it stands in a configuration, with its checks made. */
export interface Policy {
  readonly name: string
  readonly hash: string
  readonly guards: readonly Guard[]
  /** The guards of a stage that text has to wait for. */
  gates(stage: Stage): readonly Guard[]
  /** All others of it: they only note. */
  watchers(stage: Stage): readonly Guard[]
  /** Whether nothing of an answer may go out before all of it has been looked at. */
  readonly needsWholeAnswer: boolean
  /** What holds for what people decide on because of it, over what holds for all. */
  readonly review: PolicyConfig['review']
  /** Whether people decide on something. */
  readonly escalates: boolean
  /** Whether something of requests and answers is masked. */
  readonly masks: boolean
  /** Whether answers are looked at before they go out. */
  readonly gatesAnswers: boolean
  /** Whether answers are looked at after they have gone out. */
  readonly watchesAnswers: boolean
}

export type CheckPorts = Readonly<Record<string, unknown>>

const answerStages: readonly Stage[] = ['tool_call', 'reasoning', 'output']
const wholeAnswerActions: ReadonlySet<GuardConfig['action']> = new Set([
  'replace',
  'retry-with-instruction',
  'fall-back-to-release',
  'escalate',
])

export function compilePolicy(
  name: string,
  config: PolicyConfig,
  ports: CheckPorts,
  kinds: ReadonlyMap<string, AnyCheckKind> = checkKindsByName,
): Policy {
  const guards = config.checks.flatMap((entry, order) => {
    const kind = kinds.get(entry.check)
    return entry.mode === 'off' || !kind ? [] : [createGuard(name, config, entry, order, kind, ports)]
  })
  return toPolicy({ name, hash: policyHash(name, config), review: config.review }, guards)
}

const withoutCallsOf = new WeakMap<Policy, Policy>()

/** The policy without the checks that call models, which cost somebody something. */
export function withoutCalls(policy: Policy): Policy {
  const known = withoutCallsOf.get(policy)
  if (known) return known
  const made = toPolicy(
    policy,
    policy.guards.filter(({ cost }) => cost === 'deterministic' || cost === 'local'),
  )
  withoutCallsOf.set(policy, made)
  return made
}

function toPolicy(named: Pick<Policy, 'name' | 'hash' | 'review'>, guards: readonly Guard[]): Policy {
  const ofStage = (stage: Stage, isGate: boolean): readonly Guard[] =>
    guards.filter(guard => guard.isGate === isGate && guard.stages.has(stage))
  const tables = new Map(
    (['input', 'context', ...answerStages] as const).map(stage => [
      stage,
      { gates: ofStage(stage, true), watchers: ofStage(stage, false) },
    ]),
  )
  const gates = (stage: Stage): readonly Guard[] => tables.get(stage)?.gates ?? []
  const watchers = (stage: Stage): readonly Guard[] => tables.get(stage)?.watchers ?? []
  const ofAnswers = answerStages.flatMap(gates)
  return {
    name: named.name,
    hash: named.hash,
    guards,
    gates,
    watchers,
    needsWholeAnswer: ofAnswers.some(
      ({ action, onError, onTimeout }) =>
        wholeAnswerActions.has(action) || onError === 'fallback' || onTimeout === 'fallback',
    ),
    review: named.review,
    escalates: guards.some(({ isGate, action }) => isGate && action === 'escalate'),
    masks: guards.some(({ isGate, action }) => isGate && action === 'mask'),
    gatesAnswers: ofAnswers.length > 0,
    watchesAnswers: answerStages.some(stage => watchers(stage).length > 0),
  }
}

function createGuard(
  policyName: string,
  policy: PolicyConfig,
  entry: GuardConfig,
  order: number,
  kind: AnyCheckKind,
  ports: CheckPorts,
): Guard {
  const { manifest } = kind
  const isNote = entry.action === 'annotate' || manifest.cost === 'judge'
  const onFailure = isNote ? 'open' : 'closed'
  return {
    name: entry.name ?? entry.check,
    hash: guardHash(policyName, entry),
    order,
    checkName: entry.check,
    check: createCheck(() =>
      kind.create(manifest.parameters.parse(entry.parameters) as never, ports as never),
    ),
    cost: manifest.cost,
    maxSpan: manifest.maxSpan,
    stages: new Set(entry.on ?? manifest.stages),
    mode: entry.mode === 'enforce' ? 'enforce' : 'shadow',
    action: entry.action,
    timeoutMs: entry.timeoutMs,
    onError: entry.onError ?? onFailure,
    onTimeout: entry.onTimeout ?? onFailure,
    threshold: entry.threshold,
    message: entry.message ?? policy.message,
    release: entry.release,
    instruction: entry.instruction,
    attempts: entry.attempts,
    reidentify: entry.reidentify,
    isGate: entry.mode === 'enforce' && !isNote,
  }
}

/** One that cannot be made fails whenever it is asked, and so does what its entry declares for that. */
function createCheck(make: () => Check): Check {
  try {
    return make()
  } catch (cause) {
    return {
      scan: () => {
        throw new Error('The check could not be made.', { cause })
      },
    }
  }
}
