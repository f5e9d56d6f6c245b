import { writeFile } from 'node:fs/promises'
import { Failure } from '../../foundation/platform/index.ts'
import type { CommitOptions, Published, ReplaceOptions } from './datasets.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { columnName } from './definition.ts'
import { mergeSchema } from './merge-schema.ts'
import { publish } from './publish.ts'
import { readCells } from './read-cells.ts'

/** Publishes single rows, put and deleted, on top of what a branch is at. */
export async function commitRows(context: DatasetsContext, options: CommitOptions): Promise<Published> {
  const { upserts = [], deletes = [] } = options
  return await publish(context, options, async ({ dataset, parent }, folder) => {
    const before = parent?.manifest.schema
    const definition = dataset.definition.parsed
    const { columns, lines } = readCells(upserts, before, definition)
    const schema = mergeSchema({ before, columns, definition, isWhole: false })
    const rowsFile = `${folder}/upserts.jsonl`
    const deletesFile = `${folder}/deletes.jsonl`
    if (lines.length > 0) await writeFile(rowsFile, lines.join('\n'), { mode: 0o600 })
    if (deletes.length > 0) {
      if (!parent)
        throw new Failure('not_found', 'There are no rows to delete: the branch has no version yet.')
      await writeFile(deletesFile, deletes.map(key => JSON.stringify({ key })).join('\n'), { mode: 0o600 })
    }
    return {
      schema,
      mode: 'upsert',
      staged:
        lines.length > 0
          ? { kind: 'jsonl', file: rowsFile, columns, longestLine: longestOf(lines) }
          : undefined,
      deletesFile: deletes.length > 0 ? deletesFile : undefined,
    }
  })
}

function longestOf(lines: readonly string[]): number {
  return lines.reduce((longest, line) => Math.max(longest, Buffer.byteLength(line)), 0)
}

/** Publishes staged rows: as all that the version holds, or beside those that are there. */
export async function replaceRows(context: DatasetsContext, options: ReplaceOptions): Promise<Published> {
  const { staged, mode = 'all', packs } = options
  for (const { name } of staged.columns) {
    const check = columnName.safeParse(name)
    if (check.success) continue
    throw new Failure(
      'invalid_request',
      `The column \`${name.slice(0, 60)}\` cannot be kept: its name ${check.error.issues[0]?.message ?? 'is none'}. Rename it.`,
      { details: { parameter: name.slice(0, 60) } },
    )
  }
  return await publish(context, options, ({ dataset, parent }) =>
    Promise.resolve({
      schema: mergeSchema({
        before: parent?.manifest.schema,
        columns: staged.columns,
        definition: dataset.definition.parsed,
        isWhole: mode === 'all',
      }),
      mode,
      packs,
      staged: {
        kind: 'parquet',
        file: staged.file,
        columns: staged.columns,
        isHashed: staged.isHashed,
      },
    }),
  )
}
