import { createId, Failure, type Queryable } from '../../foundation/platform/index.ts'
import { aliasName, parseDefinition } from './definition.ts'
import { getHeldModel, getModel, getVersion } from './find-model.ts'
import type { Evidence, Model, ModelAlias, ModelDecision, ModelVersion } from './model.ts'
import { actorOfCaller, noteEvent } from './note-event.ts'
import type { EvaluationFacts, ProofFinding } from './ports.ts'
import type { Decide, ModelRegistry, MoveAlias, RegistryCaller } from './registry.ts'
import { aliasChannel, type RegistryContext } from './registry-context.ts'
import { judgeMove, type Requirement } from './rules/judge-move.ts'
import { deleteAliasRow, listAliases, putAlias } from './stores/alias-store.ts'
import { insertDecision, listAttachments, listDecisions } from './stores/decision-store.ts'
import { announceAlias } from './stores/announce.ts'
import { listServingsOfVersions } from './stores/serving-store.ts'

/**
 * Moves an alias, or makes it, where its rules allow: the move, its event with the evidence, and its audit entry are one
 * transaction, and what is judged is held until it ends.
 */
export async function moveAlias(context: RegistryContext, options: MoveAlias): Promise<ModelAlias> {
  const { caller, alias, number } = options
  if (!aliasName.safeParse(alias).success)
    throw new Failure('invalid_request', `${JSON.stringify(alias.slice(0, 100))} is no name of an alias.`, {
      details: { parameter: 'alias' },
    })
  const evidence = options.evidence ?? []
  // files are read before anything is held: that may take minutes
  const proofs = await prove(context, caller.tenant, options.model, number, alias, true)
  try {
    const moved = await context.database.transaction(async transaction => {
      const model = await getHeldModel(transaction, caller.tenant, options.model)
      const version = await getVersion({ database: transaction }, model, number)
      const before = (await listAliases(transaction, [model.id])).find(({ name }) => name === alias)
      checkExpected(model, alias, before?.number, options.expected)
      const requirements = await judgeVersion(context, transaction, model, version, {
        alias,
        evidence,
        proofs,
      })
      const missing = requirements.filter(({ isMet }) => !isMet)
      if (missing.length > 0) throw refusal(model, alias, number, missing)
      const updatedAt = new Date(context.now())
      const now: ModelAlias = { name: alias, number, versionId: version.id, author: caller.author, updatedAt }
      if (before?.number === number) return before
      await putAlias(transaction, {
        modelId: model.id,
        name: alias,
        versionId: version.id,
        author: caller.author,
        now: updatedAt,
      })
      await noteEvent(context, transaction, caller, model, {
        kind: 'move-alias',
        version: number,
        digest: version.digest,
        alias,
        previous: before?.number,
        reason: options.reason,
        evidence: await withDecisions(transaction, version, alias, evidence),
        details: { requirements },
        before: before && { number: before.number },
        after: { number, digest: version.digest },
      })
      await context.tellMoved(transaction, {
        id: createId(),
        tenant: model.tenant,
        model: model.name,
        alias,
        number,
        previous: before?.number,
        digest: version.digest,
        author: caller.author,
        reason: options.reason ?? '',
      })
      await announceAlias(transaction, aliasChannel, `${model.tenant}/${model.name}`)
      return now
    })
    context.onChange({ kind: 'alias', outcome: 'moved' })
    return moved
  } catch (error) {
    if (error instanceof Failure && error.code === 'checks_failed') {
      context.onChange({ kind: 'alias', outcome: 'refused' })
      if (proofs.some(({ isVerified }) => !isVerified))
        await noteRefusal(context, caller, {
          model: options.model,
          number,
          alias,
          reason: error.message,
          proofs,
        })
    }
    if (error instanceof Failure && error.code === 'conflict')
      context.onChange({ kind: 'alias', outcome: 'conflict' })
    throw error
  }
}

export async function deleteAlias(
  context: RegistryContext,
  caller: RegistryCaller,
  name: string,
  alias: string,
  options: Parameters<ModelRegistry['deleteAlias']>[3] = {},
): Promise<void> {
  await context.database.transaction(async transaction => {
    const model = await getHeldModel(transaction, caller.tenant, name)
    const before = (await listAliases(transaction, [model.id])).find(one => one.name === alias)
    if (!before)
      throw new Failure('not_found', `The model \`${name}\` has no alias \`${alias.slice(0, 100)}\`.`, {
        details: { parameter: 'alias' },
      })
    checkExpected(model, alias, before.number, options.expected)
    await deleteAliasRow(transaction, model.id, alias)
    await noteEvent(context, transaction, caller, model, {
      kind: 'delete-alias',
      version: before.number,
      alias,
      previous: before.number,
      reason: options.reason,
      before: { number: before.number },
    })
    await announceAlias(transaction, aliasChannel, `${model.tenant}/${model.name}`)
  })
  context.onChange({ kind: 'alias', outcome: 'deleted' })
}

export async function decide(context: RegistryContext, options: Decide): Promise<ModelDecision> {
  const { caller, alias, decision } = options
  const actor = actorOfCaller(caller)
  const made = await context.database.transaction(async transaction => {
    const model = await getHeldModel(transaction, caller.tenant, options.model)
    const version = await getVersion({ database: transaction }, model, options.number)
    const { aliases } = parseDefinition(model.definition)
    const rule = aliases[alias]
    if (!rule)
      throw new Failure(
        'invalid_request',
        `The alias \`${alias.slice(0, 100)}\` of \`${model.name}\` is not protected, so there is nothing to decide. ${Object.keys(aliases).length > 0 ? `Protected: ${Object.keys(aliases).join(', ')}.` : 'Its definition protects none.'}`,
        { details: { parameter: 'alias' } },
      )
    if (decision === 'approved') checkApprover(context, caller, version, rule, actor.id)
    const written: ModelDecision = {
      id: createId(),
      alias,
      decision,
      actor: actor.id,
      actorName: actor.name,
      reason: options.reason ?? '',
      evidence: options.evidence ?? [],
      createdAt: new Date(context.now()),
    }
    await insertDecision(transaction, { ...written, versionId: version.id, tenant: model.tenant })
    await noteEvent(context, transaction, caller, model, {
      kind: decision === 'approved' ? 'approve' : 'reject',
      version: version.number,
      digest: version.digest,
      alias,
      reason: options.reason,
      evidence: options.evidence,
      after: { decision, number: version.number, digest: version.digest },
    })
    return written
  })
  context.onChange({ kind: 'decision', outcome: decision })
  return made
}

function checkApprover(
  context: RegistryContext,
  caller: RegistryCaller,
  version: ModelVersion,
  rule: ReturnType<typeof parseDefinition>['aliases'][string],
  actor: string,
): void {
  if (!rule.makerMayApprove && actor === version.authorKey)
    throw new Failure(
      'forbidden',
      `This key made version ${version.number}, and whoever makes a version does not approve it. Somebody else has to.`,
    )
  if (caller.keyId !== undefined && !context.ports.mayUse(caller.keyId, rule.permission, caller.tenant))
    throw new Failure('forbidden', `An approval for this alias needs the permission \`${rule.permission}\`.`)
}

/** What the alias asks of the version; empty where it is not protected. */
export async function judgeVersion(
  context: RegistryContext,
  queryable: Queryable,
  model: Model,
  version: ModelVersion,
  move: {
    readonly alias: string
    readonly evidence: readonly Evidence[]
    readonly proofs: readonly ProofFinding[]
  },
): Promise<Requirement[]> {
  const { alias, evidence, proofs } = move
  const rule = parseDefinition(model.definition).aliases[alias]
  if (!rule) return []
  const decisions = (await listDecisions(queryable, version.id)).filter(decision => decision.alias === alias)
  const named = [...evidence, ...decisions.flatMap(decision => decision.evidence)]
  const ids = new Set(named.filter(({ kind }) => kind === 'evaluation').map(({ id }) => id))
  const evaluations: EvaluationFacts[] = []
  if (rule.evaluation)
    for (const id of ids) {
      const run = await context.ports.findEvaluation(model.tenant, id)
      if (run) evaluations.push(run)
    }
  return judgeMove({
    alias,
    rule,
    version,
    decisions,
    attachments: await listAttachments(queryable, version.id),
    evaluations,
    proofs,
    servings: await listServingsOfVersions(queryable, [version.id]),
    mayUse: (keyId, permission) => context.ports.mayUse(keyId, permission, model.tenant),
    now: new Date(context.now()),
  })
}

export async function judge(
  context: RegistryContext,
  tenant: string,
  name: string,
  number: number,
  alias: string,
  evidence: readonly Evidence[] = [],
): Promise<Requirement[]> {
  const model = await getModel(context, tenant, name)
  const version = await getVersion(context, model, number)
  const proofs = await prove(context, tenant, name, number, alias, false)
  return await judgeVersion(context, context.database, model, version, { alias, evidence, proofs })
}

/** What the rule of an alias wants verified of a version, as it is found. */
async function prove(
  context: RegistryContext,
  tenant: string,
  name: string,
  number: number,
  alias: string,
  readsFiles: boolean,
): Promise<readonly ProofFinding[]> {
  const model = await getModel(context, tenant, name)
  const wanted = parseDefinition(model.definition).aliases[alias]?.verified ?? []
  if (wanted.length === 0) return []
  return await context.ports.prove(await getVersion(context, model, number), wanted, { readsFiles })
}

/** Writes that something was not taken because of what was found of its proofs. */
export async function noteRefusal(
  context: RegistryContext,
  caller: RegistryCaller,
  refused: {
    readonly model: string
    readonly number: number
    readonly alias: string
    readonly reason: string
    readonly proofs: readonly ProofFinding[]
    readonly details?: Readonly<Record<string, unknown>> | undefined
  },
): Promise<void> {
  await context.database.transaction(async transaction => {
    const model = await getHeldModel(transaction, caller.tenant, refused.model)
    const version = await getVersion({ database: transaction }, model, refused.number)
    await noteEvent(context, transaction, caller, model, {
      kind: 'refuse',
      version: version.number,
      digest: version.digest,
      alias: refused.alias,
      reason: refused.reason.slice(0, 2_000),
      details: { ...refused.details, proofs: refused.proofs },
    })
  })
}

function checkExpected(
  model: Model,
  alias: string,
  found: number | undefined,
  expected: number | null | undefined,
): void {
  if (expected === undefined || (expected ?? undefined) === found) return
  throw new Failure(
    'conflict',
    `The alias \`${alias}\` of \`${model.name}\` is ${found === undefined ? 'not there' : `at version ${found}`}, not ${expected === null ? 'new' : `at ${expected}`}: somebody has moved it. Look at it again.`,
    { details: { parameter: 'expected' } },
  )
}

function refusal(model: Model, alias: string, number: number, missing: readonly Requirement[]): Failure {
  return new Failure(
    'checks_failed',
    `\`${alias}\` of \`${model.name}\` does not move to version ${number}: ${missing.map(({ explanation }) => explanation).join(' ')}`,
    {
      details: {
        problems: missing.map(({ name, explanation }) => ({ parameter: name, message: explanation })),
      },
    },
  )
}

/** The evidence of a move: what it names, what approvals name, and the approvals themselves. */
async function withDecisions(
  transaction: Queryable,
  version: ModelVersion,
  alias: string,
  evidence: readonly Evidence[],
): Promise<Evidence[]> {
  const decisions = (await listDecisions(transaction, version.id)).filter(
    decision => decision.alias === alias && decision.decision === 'approved',
  )
  const all = [
    ...evidence,
    ...decisions.flatMap(decision => decision.evidence),
    ...decisions.map(({ id }) => ({ kind: 'approval', id })),
  ]
  return [...new Map(all.map(one => [`${one.kind} ${one.id}`, one])).values()]
}
