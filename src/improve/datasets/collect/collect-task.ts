import { open } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import { type Audit } from '../../../govern/audit/index.ts'
import type { VersionSource } from '../dataset.ts'
import type { Datasets } from '../datasets.ts'
import { publishedSchema, toWirePublished } from '../datasets-wire.ts'
import type { TaskKind } from '../task.ts'
import { collection, type CollectionCounts, collectionCounts } from './collection.ts'
import { leftOutReasons } from './consent.ts'
import { chooseExamples, type CollectContext, readExamples } from './find-examples.ts'

export const collectParameters = collection.extend({
  branch: z.string().min(1).max(100).optional(),
  parent: z.string().max(64).optional(),
  message: z.string().min(1).max(2_000).optional(),
  mode: z
    .enum(['all', 'upsert'])
    .default('upsert')
    .describe('`upsert`: examples that are there already stay. `all`: the version holds these alone.'),
})
export type CollectParameters = z.output<typeof collectParameters>

export const collectResult = z
  .object({ counts: collectionCounts, published: publishedSchema })
  .meta({ id: 'DatasetCollection' })

/** What a new dataset of traffic is held to. */
const definition = `key: id
columns:
  id: {type: string}
  input: {type: json, role: input}
  output: {type: string}
  expected: {type: string, role: expected}
  label: {type: string, role: label}
  feedback_score: {type: number}
  scores: {type: json}
  review: {type: string}
  service: {type: string, role: slice}
  release: {type: string}
  conversation: {type: string}
  at: {type: timestamp}
  masking: {type: string}
`
const types = {
  id: 'string',
  input: 'json',
  output: 'string',
  expected: 'string',
  label: 'string',
  feedback_score: 'number',
  scores: 'json',
  review: 'string',
  service: 'string',
  release: 'string',
  conversation: 'string',
  at: 'timestamp',
  masking: 'string',
} as const

/** Makes a version of traffic: of what was allowed to be used and was kept, masked. */
export function collectTask(
  datasets: Datasets,
  context: CollectContext & { readonly audit: Audit },
): TaskKind<CollectParameters> {
  return {
    kind: 'collect-examples',
    parameters: collectParameters,
    async run({ filter, sample, branch, parent, message, mode }, { caller, dataset, signal, progress }) {
      if (dataset === undefined) throw new Error('Examples are collected into no dataset.')
      // one and the same span of time for both passes, and in the manifest
      const until = filter.until ?? new Date().toISOString()
      const bounded = { ...filter, until }
      progress(0, 'looks through the traffic')
      const chosen = await chooseExamples(context, caller.tenant, { filter: bounded, sample }, signal)
      let { counts } = chosen
      if (chosen.ids.length === 0) throw nothingFound(counts)
      return await datasets.withFolder(async folder => {
        const file = path.join(folder, 'examples.jsonl')
        const handle = await open(file, 'wx', 0o600)
        const late = { not_masked: 0, no_conversation: 0 }
        let done = 0
        try {
          for await (const page of readExamples(context, caller.tenant, filter, chosen.ids, signal)) {
            const lines = page.examples.map(({ value }) => `${JSON.stringify(value)}\n`).join('')
            await handle.writeFile(lines)
            late.not_masked += page.notMasked
            late.no_conversation += page.noAnswer
            done += page.examples.length
            progress(0.1 + (0.3 * done) / chosen.ids.length, 'reads what was said')
          }
        } finally {
          await handle.close()
        }
        counts = withLate(counts, late, done)
        if (done === 0) throw nothingFound(counts)
        const imported = await datasets.runTask(
          'import-file',
          {
            file,
            name: 'examples.jsonl',
            format: 'jsonl',
            declared: types,
            folder: path.join(folder, 'rows'),
          },
          { signal, progress: (share, step) => progress(0.4 + share * 0.1, step) },
        )
        if (!(await datasets.find(caller.tenant, dataset))) await datasets.define(caller, dataset, definition)
        const source: VersionSource = {
          kind: filter.from,
          filter: {
            ...filter,
            sample,
            mode,
            left_out: Object.fromEntries(counts.left_out.map(({ reason, count }) => [reason, count])),
          },
          from: filter.since,
          to: until,
        }
        const published = await datasets.replace({
          caller,
          dataset,
          branch,
          parent,
          message: message ?? `${done} examples of traffic`,
          source,
          staged: { file: imported.file, columns: imported.columns },
          mode,
          signal,
          progress: (share, step) => progress(0.5 + share * 0.5, step),
        })
        await context.audit.record({
          actor: { id: caller.keyId ?? 'system', name: caller.author },
          action: 'dataset:collect',
          subject: `dataset:${dataset}@${published.version.number}`,
          tenant: caller.tenant,
          requestId: caller.requestId,
          after: {
            services: filter.services,
            since: filter.since,
            until,
            sampled: done,
            left_out: counts.left_out.map(({ reason, count }) => `${reason}: ${count}`),
          },
        })
        return { counts, published: toWirePublished(published) } satisfies z.input<typeof collectResult>
      })
    },
  }
}

function withLate(
  counts: CollectionCounts,
  late: Readonly<Record<'not_masked' | 'no_conversation', number>>,
  sampled: number,
): CollectionCounts {
  const reasons = new Map(counts.left_out.map(entry => [entry.reason, entry]))
  for (const reason of ['not_masked', 'no_conversation'] as const) {
    if (late[reason] === 0) continue
    const before = reasons.get(reason)?.count ?? 0
    reasons.set(reason, { reason, why: leftOutReasons[reason], count: before + late[reason] })
  }
  return { ...counts, sampled, left_out: [...reasons.values()] }
}

function nothingFound(counts: CollectionCounts): Failure {
  const why = counts.left_out.map(({ why: reason, count }) => `${count} because ${reason}`)
  return new Failure(
    'not_found',
    `There is nothing to make examples of: ${counts.looked_at} inferences were looked at${why.length === 0 ? ' and none matches' : `; left out were ${why.join(', ')}`}. docs/datasets.md says how traffic is allowed to be used.`,
    { details: { parameter: 'filter' } },
  )
}
