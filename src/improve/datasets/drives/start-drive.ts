import { open } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { canonicalJson, Failure } from '../../../foundation/platform/index.ts'
import { chooseExamples, readExamples } from '../collect/find-examples.ts'
import type { TaskContext, TaskKind } from '../task.ts'
import { askAboutCandidates } from './ask-about-candidates.ts'
import { type Drive, driveBody } from './drive.ts'
import { findDrive, insertDrive, listAsked } from './drive-store.ts'
import type { DrivesContext } from './drives-context.ts'
import { planDrive } from './plan-drive.ts'
import { toRow } from './to-candidate.ts'

const parameters = driveBody.extend({ dataset: z.string() })
export const driveKind = 'start-drive'

/** Finds what a version lacks in recorded traffic and asks people about it. The drive has the id of its task. */
export function createStartDrive(context: DrivesContext): TaskKind<z.infer<typeof parameters>> {
  return {
    kind: driveKind,
    parameters,
    async run(given, { taskId, caller, signal, progress }) {
      // begun before a crash: what was chosen then is asked
      const begun = await findDrive(context.database, caller.tenant, taskId)
      const drive = begun ?? (await findAndKeep(context, given, { taskId, caller, signal, progress }))
      progress(0.9, 'asks people')
      const { asked, candidates } = await askAboutCandidates(context, drive, given, caller, signal)
      const { needs } = drive.plan
      return {
        drive: drive.id,
        needs: needs.length,
        missing: needs.reduce((sum, { missing }) => sum + missing, 0),
        candidates,
        questions: asked,
        left_out: drive.plan.counts.leftOut,
        looked_at: drive.plan.counts.lookedAt,
      }
    },
  }
}

async function findAndKeep(
  context: DrivesContext,
  given: z.infer<typeof parameters>,
  { taskId, caller, signal, progress }: Pick<TaskContext, 'taskId' | 'caller' | 'signal' | 'progress'>,
): Promise<Drive> {
  const { datasets, collect, database } = context
  const version = await datasets.resolve(caller.tenant, `${given.dataset}@${given.revision}`)
  const plan = planDrive(version, given)
  const before = await listAsked(database, version.dataset.id)
  progress(0, 'looks through the traffic')
  const { ids, counts } = await chooseExamples(
    collect,
    caller.tenant,
    {
      filter: given.filter,
      sample: { by: [], size: given.look_at + before.length, salt: '' },
    },
    signal,
  )
  const wasAsked = new Set(before)
  const fresh = ids.filter(id => !wasAsked.has(id)).slice(0, given.look_at)
  const leftOut = new Map(counts.left_out.map(({ why, count }) => [why, count]))
  const leave = (why: string, count: number): void => {
    if (count > 0) leftOut.set(why, (leftOut.get(why) ?? 0) + count)
  }
  leave('people were asked about it before', ids.filter(id => wasAsked.has(id)).length)
  const found = await datasets.withFolder(async folder => {
    const file = path.join(folder, 'candidates.jsonl')
    const handle = await open(file, 'wx', 0o600)
    let written = 0
    try {
      for (const [list, isAsked] of [
        [fresh, false],
        [before, true],
      ] as const)
        for await (const page of readExamples(collect, caller.tenant, given.filter, list, signal)) {
          const rows = page.examples
            .map(({ value }) => toRow(value, plan.columns, plan))
            .filter(row => row !== undefined)
          const lines = rows.map(row => {
            const cells = plan.columns.map(({ name, type }) => [name, toFile(row[name], type)])
            return `${JSON.stringify({ _id: row[plan.key], _asked: isAsked, ...Object.fromEntries(cells) })}\n`
          })
          await handle.writeFile(lines.join(''))
          if (isAsked) continue
          written += rows.length
          leave('it could not be masked now', page.notMasked)
          leave('it is no question in words', page.noAnswer + page.examples.length - rows.length)
          progress((0.4 * written) / Math.max(1, fresh.length), 'reads what was said')
        }
    } finally {
      await handle.close()
    }
    return await datasets.withFiles(
      [version],
      async ([files]) =>
        await datasets.runTask(
          'find-candidates',
          {
            files,
            candidatesFile: file,
            columns: plan.columns,
            slices: plan.slices,
            conditions: plan.conditions,
            label: plan.label,
            input: plan.input,
            options: given,
            seed: version.version.id,
          },
          { signal, progress: (share, step) => progress(0.4 + share * 0.5, step) },
        ),
      signal,
    )
  })
  if (found.needs.length === 0)
    throw new Failure(
      'conflict',
      `\`${given.dataset}\` lacks nothing: each slice and label has as many rows as you ask for. Ask for more with \`each\`, or a narrower interval with \`half_width\`.`,
    )
  leave('its text is known already', found.repeated)
  leave('it is none of what is lacking, or beyond the budget', found.passedOver)
  const drive: Drive = {
    id: taskId,
    tenant: caller.tenant,
    datasetId: version.dataset.id,
    dataset: version.dataset.name,
    versionId: version.version.id,
    versionNumber: version.version.number,
    plan: {
      needs: found.needs,
      fields: found.fields,
      label: plan.label,
      input: plan.input,
      filter: given.filter,
      budget: given.budget,
      people: given.people,
      counts: {
        lookedAt: counts.looked_at,
        leftOut: [...leftOut].map(([why, count]) => ({ why, count })),
      },
    },
    author: caller.author,
    createdAt: new Date(context.now()),
  }
  await database.transaction(async transaction => {
    await insertDrive(transaction, drive, found.candidates)
  })
  return drive
}

/** As DuckDB reads it from a file of JSON. */
function toFile(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null
  if (type === 'json') return canonicalJson(value)
  return type === 'timestamp' && typeof value === 'string' ? value.replace('T', ' ').replace('Z', '') : value
}
