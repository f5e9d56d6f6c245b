import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { columnName } from '../definition.ts'
import type { TaskKind } from '../task.ts'

export const removeNearBody = z.strictObject({
  branch: z.string().min(1).max(100).default('main'),
  on: z.array(columnName).min(1).max(20).describe('The columns whose texts are compared, together.'),
  similarity: z
    .number()
    .min(0.3)
    .max(1)
    .default(0.9)
    .describe('Jaccard similarity from which on two texts are the same; 1 for equal ones.'),
  shingles: z
    .strictObject({ of: z.enum(['characters', 'words']), length: z.int().min(1).max(20) })
    .optional()
    .describe('What is compared: runs of five characters by default.'),
  prefer: z
    .strictObject({ column: columnName, keep: z.enum(['largest', 'smallest']).default('largest') })
    .optional()
    .describe('Which of them stays; the first by default.'),
  dry_run: z.boolean().default(false).describe('Only say what would go.'),
  message: z.string().max(2_000).optional(),
})

const parameters = removeNearBody.extend({
  dataset: z.string(),
  parent: z.string().describe('The id of the version that it was begun on.'),
})

export const removeNearKind = 'remove-near-duplicates'

/** Publishes a version without the rows that are nearly the same as one that stays. */
export function createRemoveNear(context: DatasetsContext): TaskKind<z.infer<typeof parameters>> {
  return {
    kind: removeNearKind,
    parameters,
    async run(given, { caller, signal, progress }) {
      const { dataset, branch, parent, on, similarity, shingles, prefer } = given
      const datasets = context.door()
      const version = await datasets.resolve(caller.tenant, `${dataset}@${parent}`)
      const { columns } = version.version.manifest.schema
      for (const name of [...on, ...(prefer ? [prefer.column] : [])])
        if (!columns.some(column => column.name === name))
          throw new Failure(
            'invalid_request',
            `There is no column \`${name.slice(0, 60)}\`; there are ${columns.map(column => column.name).join(', ')}.`,
            { details: { parameter: 'on' } },
          )
      const found = await datasets.withFiles(
        [version],
        async ([files]) => {
          return await context.runTask(
            'find-near-rows',
            { files, on, similarity, shingles, prefer },
            { signal, progress: (share, step) => progress(share * 0.7, step) },
          )
        },
        signal,
      )
      const result = {
        removed: found.keys.length,
        of: version.version.manifest.rows,
        method: found.method,
        examples: found.examples,
      }
      if (given.dry_run || found.keys.length === 0) return { ...result, version: null }
      const published = await datasets.commit({
        caller,
        dataset,
        branch,
        parent,
        deletes: found.keys,
        message:
          given.message ??
          `Remove ${found.keys.length} near-duplicates by ${on.join(', ')} (similarity ${similarity})`,
        source: {
          kind: 'derived',
          of: parent,
          by: removeNearKind,
          parameters: { on, similarity, shingles: found.method.shingling, prefer: prefer ?? null },
        },
        signal,
        progress: (share, step) => progress(0.7 + share * 0.3, step),
      })
      return { ...result, version: published.version.id, number: published.version.number }
    },
  }
}
