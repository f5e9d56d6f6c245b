import { createHash } from 'node:crypto'
import { canonicalJson, Failure } from '../../foundation/platform/index.ts'
import type { Row } from '../datasets/index.ts'
import { buildExample, type EvaluatedExample, type ReleaseFacts } from '../evaluation/index.ts'
import { chooseRows } from './choose-rows.ts'
import type { LabelContext, Labelled, Labelling, LabelParts, Provenance } from './labelling.ts'
import { publishAnswers } from './publish-answers.ts'
import { sayRefusal } from './read-recipe.ts'
import { customIdOf, endOfBatch, readAnswer, writeLines } from './teacher-batch.ts'

const filtersAtOnce = 8

/** The teacher as it is now. Throws `invalid_request` for what is no service, `forbidden` where its answers may not be learned. */
export function findTeacher(
  { findRelease, termsOf }: Pick<LabelParts, 'findRelease' | 'termsOf'>,
  teacher: string,
): { readonly facts: ReleaseFacts; readonly terms: readonly string[] } {
  const facts = findRelease({ service: teacher, release: undefined })
  const targets = termsOf(teacher)
  if (!facts || !targets) throw new Failure('invalid_request', `There is no service \`${teacher}\`.`)
  const refused = targets.find(({ isAllowed }) => !isAllowed)
  if (refused) {
    const { message, mend } = sayRefusal(teacher, refused)
    throw new Failure('forbidden', `${message} ${mend}`)
  }
  return { facts, terms: targets.map(({ name, terms }) => `${name}: ${terms ?? ''}`) }
}

/**
 * Has a teacher answer the prompts of a version by a batch, filters what it says, and publishes what is kept as a version of a dataset. Safe to run
 * again after any crash: the batch is found again, and the same answers make the same version.
 */
export async function labelWithTeacher(
  parts: LabelParts,
  wanted: Labelling,
  context: LabelContext,
): Promise<Labelled> {
  const { batches } = parts
  const { stableId, signal, version } = context
  const { tenant } = context.caller
  const teacher = findTeacher(parts, wanted.teacher)
  refuseAnother(teacher.facts, context.teacherHash)
  if (!parts.mayCall(context.principal, wanted.teacher))
    throw new Failure('forbidden', `The key may not call the service \`${wanted.teacher}\`.`)
  const mayUse = await parts.mayLearnFrom(tenant, version)
  if ((await batches.find(tenant, stableId)) === undefined) {
    context.progress(0, 'reads the prompts')
    const chosen = await chooseRows(parts, version, wanted, signal)
    if (chosen.size > batches.mostLines())
      throw new Failure(
        'invalid_request',
        `${chosen.size} prompts are more than the ${batches.mostLines()} lines that a batch may have. Take a \`sample\`, or raise \`batches.maxLines\`.`,
      )
    await batches.begin({
      stableId,
      tenant,
      principal: context.principal,
      requestId: context.caller.requestId,
      filename: `distil-${wanted.recipe}.jsonl`,
      lines: () => writeLines(examples(chosen, () => undefined)),
      completionWindow: wanted.window,
    })
  }
  const batch = await endOfBatch(batches, context)
  refuseAnother(findTeacher(parts, wanted.teacher).facts, context.teacherHash)

  const said = new Map<string, { readonly body: unknown; readonly requestId: string }>()
  for await (const { customId, status, body, requestId } of batches.answers(tenant, stableId))
    if (status === 200) said.set(customId, { body, requestId })
  const leftOut: Record<string, number> = {}
  const leave = (why: string): undefined => {
    leftOut[why] = (leftOut[why] ?? 0) + 1
  }
  const filter = parts.createFilter(wanted.filters, {
    tenant,
    name: `distil-${wanted.recipe}`,
    seed: wanted.seed,
  })
  const provenance: Provenance = {
    recipe: wanted.recipe,
    teacher: wanted.teacher,
    release: teacher.facts.release,
    releaseHash: teacher.facts.hash,
    targets: teacher.facts.targets,
    terms: teacher.terms,
    promptHash: hash({
      request: wanted.request,
      system: teacher.facts.prompt ?? null,
      parameters: teacher.facts.parameters,
    }),
    filters: filter.facts,
  }
  let [asked, answered, filterCostNanoUsd] = [0, 0, 0]
  const kept: Row[] = []
  const chosen = await chooseRows(parts, version, wanted, signal)
  let pending: Promise<Row | undefined>[] = []
  const drain = async (): Promise<void> => {
    for (const row of await Promise.all(pending)) if (row) kept.push(row)
    pending = []
    context.progress(
      0.7 + (0.2 * asked) / Math.max(1, chosen.size),
      `filters the answers: ${kept.length} kept`,
    )
  }
  for await (const { example } of examples(chosen, () => leave('no_prompt'))) {
    asked += 1
    const answer = said.get(customIdOf(example.key))
    if (!answer) {
      leave('no_answer')
      continue
    }
    answered += 1
    pending.push(judge(example, answer))
    if (pending.length >= filtersAtOnce) await drain()
  }
  await drain()
  refuseTooFew()
  const published = await publishAnswers(parts, wanted, context, { rows: kept, provenance, batch: batch.id })
  return {
    dataset: wanted.output,
    versionId: published,
    asked,
    answered,
    kept: kept.length,
    leftOut,
    batch: batch.id,
    costNanoUsd: batch.costNanoUsd,
    filterCostNanoUsd,
    provenance,
  }

  async function* examples(
    rows: ReadonlySet<string>,
    onProblem: () => void,
  ): AsyncGenerator<{
    readonly example: EvaluatedExample
    readonly body: Readonly<Record<string, unknown>>
  }> {
    for await (const { key, row } of parts.datasets.scanRows(version, { signal, limit: 1_000 })) {
      if (!rows.has(key)) continue
      mayUse(row)
      const built = buildExample(
        { request: wanted.request },
        { expected: roleOf('expected'), context: roleOf('context') },
        key,
        row,
      )
      if ('problem' in built) onProblem()
      else yield { example: built.example, body: { ...built.body, model: wanted.teacher } }
    }
  }

  function roleOf(role: 'expected' | 'context'): string | undefined {
    return Object.entries(version.definition.columns).find(([, column]) => column.role === role)?.[0]
  }

  async function judge(
    example: EvaluatedExample,
    { body, requestId }: { readonly body: unknown; readonly requestId: string },
  ): Promise<Row | undefined> {
    const answer = readAnswer(body)
    if (!answer) return leave('no_text')
    const verdict = await filter.judge(example, answer, signal)
    filterCostNanoUsd += verdict.costNanoUsd
    if (!verdict.isKept) return leave(verdict.refusedBy ?? 'filtered')
    return {
      source_key: example.key,
      messages: [...example.messages, { role: 'assistant', content: answer.text }],
      teacher: `${wanted.teacher}@${teacher.facts.release}`,
      teacher_model: answer.model ?? null,
      request_id: requestId,
      prompt_sha256: hash(example.messages),
      scores: verdict.scores,
      // who asks whether traffic may be learned from asks this column
      service: typeof example.row['service'] === 'string' ? example.row['service'] : null,
    }
  }

  function refuseTooFew(): void {
    const reasons = Object.entries(leftOut)
      .map(([why, count]) => `${why}: ${count}`)
      .join(', ')
    if (asked > 0 && (asked - answered) / asked > wanted.mostUnanswered)
      throw new Failure(
        'conflict',
        `${asked - answered} of ${asked} prompts got no answer. Look at the batch ${batch.id}, or raise \`answers.mostUnanswered\`.`,
      )
    if (kept.length < wanted.least)
      throw new Failure(
        'conflict',
        `${kept.length} of ${asked} answers were kept (${reasons}), and at least ${wanted.least} are needed. Look at the filters and the teacher, or lower \`answers.least\`.`,
      )
  }
}

function refuseAnother({ service, release, hash: now }: ReleaseFacts, before: string): void {
  if (now === before) return
  throw new Failure(
    'conflict',
    `The teacher \`${service}\` has changed since the work began (it is \`${release}\` now): its answers would be those of two. Begin the distillation again.`,
  )
}

function hash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
