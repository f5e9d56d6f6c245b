import type { AliasRule } from '../definition.ts'
import type { ModelAttachment, ModelDecision, ModelVersion } from '../model.ts'
import type { EvaluationFacts, ProofFinding } from '../ports.ts'
import type { Serving } from '../stores/serving-store.ts'

/** One thing that a protected alias asks of a version. */
export interface Requirement {
  readonly name: 'approvals' | 'rejections' | 'evaluation' | 'dataset' | 'attachment' | 'format' | 'verified'
  readonly isMet: boolean
  /** What was found, or what is missing and how to get it. */
  readonly explanation: string
}

export interface MoveFacts {
  readonly alias: string
  readonly rule: AliasRule
  readonly version: ModelVersion
  /** The newest first; of this alias. */
  readonly decisions: readonly ModelDecision[]
  readonly attachments: readonly ModelAttachment[]
  /** Runs that were named as evidence, of the move or of an approval, and are there. */
  readonly evaluations: readonly EvaluationFacts[]
  /** What was found of what the rule wants verified. */
  readonly proofs: readonly ProofFinding[]
  /** Of this version. */
  readonly servings: readonly Serving[]
  /** Whether a key has a permission now. */
  readonly mayUse: (keyId: string, permission: string) => boolean
  readonly now: Date
}

/** What an alias asks of a version, each with what was found. */
export function judgeMove(facts: MoveFacts): Requirement[] {
  const { rule, version, attachments } = facts
  const requirements = [...judgeDecisions(facts)]
  if (rule.evaluation) requirements.push(judgeEvaluation(facts, rule.evaluation))
  if (rule.datasetPinned) {
    const named = version.lineage.datasets.filter(({ role }) => role === 'training')
    requirements.push({
      name: 'dataset',
      isMet: named.length > 0,
      explanation:
        named.length > 0
          ? `It was trained on ${named.map(({ name, number }) => (number === undefined ? name : `${name}@${number}`)).join(', ')}.`
          : 'The version names no version of a dataset that it was trained on. Register it again with its lineage.',
    })
  }
  for (const kind of rule.attachments) {
    const isMet = attachments.some(attachment => attachment.kind === kind)
    requirements.push({
      name: 'attachment',
      isMet,
      explanation: isMet
        ? `Its ${kind} is attached.`
        : `Its ${kind} is not attached. Attach it to the version.`,
    })
  }
  for (const proof of rule.verified) {
    const found = facts.proofs.find(one => one.proof === proof)
    requirements.push({
      name: 'verified',
      isMet: found?.isVerified === true,
      explanation: found?.explanation ?? `Its ${proof} was not looked at: the rule is new. Try again.`,
    })
  }
  if (rule.formats && !rule.formats.includes(version.format))
    requirements.push({
      name: 'format',
      isMet: false,
      explanation: `Its format is ${version.format}; ${rule.formats.join(' or ')} may be served.`,
    })
  return requirements
}

function* judgeDecisions({ rule, version, decisions, alias, mayUse }: MoveFacts): Generator<Requirement> {
  const last = new Map<string, ModelDecision>()
  for (const decision of decisions) if (!last.has(decision.actor)) last.set(decision.actor, decision)
  const rejections = [...last.values()].filter(({ decision }) => decision === 'rejected')
  for (const { actorName, reason } of rejections)
    yield {
      name: 'rejections',
      isMet: false,
      explanation: `${actorName} has rejected it${reason === '' ? '' : ` (“${reason.slice(0, 200)}”)`}. Only the same key can take that back, by approving it.`,
    }
  if (rule.approvals === 0) return
  const approvals = [...last.values()].filter(({ decision }) => decision === 'approved')
  const counted = approvals.filter(({ actor }) => mayUse(actor, rule.permission))
  const others = counted.filter(({ actor }) => rule.makerMayApprove || actor !== version.authorKey)
  const isMet = others.length >= rule.approvals
  const notes = [
    approvals.length > counted.length &&
      `${approvals.length - counted.length} came from keys that are gone or may not (any more)`,
    counted.length > others.length && 'the key that made the version does not count',
  ].filter(note => note !== false)
  const missing = rule.approvals - others.length
  yield {
    name: 'approvals',
    isMet,
    explanation: isMet
      ? `${others.map(({ actorName }) => actorName).join(', ')} approved it.`
      : `It has ${others.length} of ${rule.approvals} approvals for ${alias}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}. ${missing === 1 ? 'One more key' : `${missing} more keys`} with \`${rule.permission}\` ${missing === 1 ? 'has' : 'have'} to approve it.`,
  }
}

const dayMs = 86_400_000

function judgeEvaluation(
  { evaluations, servings, now, version }: MoveFacts,
  rule: NonNullable<AliasRule['evaluation']>,
): Requirement {
  const problems: string[] = []
  for (const run of evaluations.filter(({ suite }) => suite === rule.suite)) {
    const problem = whyNot(run)
    if (problem === undefined)
      return {
        name: 'evaluation',
        isMet: true,
        explanation: `The run ${run.id} of ${rule.suite} has passed.`,
      }
    problems.push(`the run ${run.id} ${problem}`)
  }
  return {
    name: 'evaluation',
    isMet: false,
    explanation: `No run of ${rule.suite} that has passed is named as evidence${problems.length > 0 ? `: ${problems.join('; ')}` : ''}. Run the suite on a release that serves version ${version.number}, and name the run.`,
  }

  function whyNot(run: EvaluationFacts): string | undefined {
    if (run.state !== 'completed') return `is ${run.state}`
    if (run.verdict !== 'passed')
      return run.verdict === undefined ? 'has no gates, so nothing has passed' : `says ${run.verdict}`
    if (
      rule.maxAgeDays !== undefined &&
      run.endedAt &&
      now.getTime() - run.endedAt.getTime() > rule.maxAgeDays * dayMs
    )
      return `ended more than ${rule.maxAgeDays} days ago`
    if (rule.measured === 'any') return undefined
    return wasMeasured(run, servings)
      ? undefined
      : `was answered by no engine that had version ${version.number} all the time`
  }
}

/** Whether an engine answered a run that had the version of these servings all the time. */
export function wasMeasured(
  run: Pick<EvaluationFacts, 'engines' | 'startedAt' | 'endedAt'>,
  servings: readonly Serving[],
): boolean {
  return servings.some(
    ({ engine, startedAt, endedAt }) =>
      run.engines.includes(engine) &&
      run.startedAt !== undefined &&
      run.endedAt !== undefined &&
      startedAt <= run.startedAt &&
      (endedAt === undefined || endedAt >= run.endedAt),
  )
}
