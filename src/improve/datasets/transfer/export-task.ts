import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Datasets, ResolvedVersion } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { writeVersionFiles } from '../files/write-version-files.ts'
import { rolesOf } from '../formats/export-file.ts'
import { type Compression, compressions, type FileFormat, fileFormats } from '../formats/format.ts'
import { formatReference } from '../reference.ts'
import type { TaskKind } from '../task.ts'
import { exportName, type TransferFolder } from './transfer-folder.ts'

export const exportParameters = z.strictObject({
  revision: z
    .string()
    .min(1)
    .max(200)
    .default('main')
    .describe('A branch, a tag, the number of a version, or digits of its id.'),
  split: z.string().max(60).optional(),
  format: z
    .enum([...fileFormats, 'tar'])
    .default('jsonl')
    .describe('`tar`: the files themselves, where the rows are files.'),
  compression: z.enum(compressions).default('none'),
})
export type ExportParameters = z.output<typeof exportParameters>

export const exportResult = z
  .object({
    bytes: z.int(),
    rows: z.int().describe('Of the version; a split has fewer.'),
    version: z.string(),
    number: z.int(),
    name: z.string().describe('What the file may be called.'),
  })
  .meta({ id: 'DatasetExport' })

/** Writes a version as a file, which is fetched afterwards. */
export function exportTask(
  datasets: Datasets,
  context: Pick<DatasetsContext, 'database' | 'cache' | 'runTask'>,
  transfers: TransferFolder,
): TaskKind<ExportParameters> {
  return {
    kind: 'export-file',
    parameters: exportParameters,
    async run({ revision, split, format, compression }, { taskId, caller, dataset, signal, progress }) {
      if (dataset === undefined) throw new Error('An export is of no dataset.')
      if (format === 'parquet' && compression !== 'none')
        throw new Failure('invalid_request', 'Parquet is packed in itself; leave the compression out.', {
          details: { parameter: 'compression' },
        })
      await transfers.sweep(Date.now())
      const reference = { dataset, revision, split }
      const resolved = await datasets.resolve(caller.tenant, reference)
      const { definition } = resolved
      const resultOf = ({ version }: ResolvedVersion, bytes: number): z.input<typeof exportResult> => ({
        bytes,
        rows: version.manifest.rows,
        version: version.id,
        number: version.number,
        name: `${formatReference({ ...reference, revision: String(version.number) }).replaceAll(/[@:]/g, '-')}${extensionOf(format, compression)}`,
      })
      const folder = transfers.exportFolder(caller.tenant, taskId)
      try {
        if (format === 'tar') {
          await mkdir(folder, { recursive: true, mode: 0o700 })
          const file = path.join(folder, exportName)
          // a task that is begun again writes anew
          await rm(file, { force: true })
          const { archiveBytes } = await writeVersionFiles(
            context,
            resolved,
            { split, to: { kind: 'tar', file, compression } },
            { signal, progress },
          )
          return resultOf(resolved, archiveBytes)
        }
        const exported = await datasets.withFiles(
          [resolved],
          async ([files]) => {
            return await datasets.runTask(
              'export-file',
              {
                files,
                format,
                compression,
                split:
                  split !== undefined && definition.splits
                    ? { name: split, splits: definition.splits }
                    : undefined,
                roles: rolesOf(definition),
                folder,
              },
              { signal, progress },
            )
          },
          signal,
        )
        const file = path.join(folder, exportName)
        if (exported.file !== file) await rename(exported.file, file)
        return resultOf(resolved, exported.bytes)
      } catch (error) {
        await transfers.deleteExport(caller.tenant, taskId)
        throw error
      }
    },
  }
}

const extensions: Readonly<Record<FileFormat | 'tar', string>> = {
  tar: '.tar',
  jsonl: '.jsonl',
  csv: '.csv',
  tsv: '.tsv',
  parquet: '.parquet',
  'openai-chat': '.jsonl',
  'openai-preference': '.jsonl',
  'openai-evals': '.jsonl',
  'openai-eval-items': '.jsonl',
  promptfoo: '.yaml',
}

function extensionOf(format: FileFormat | 'tar', compression: Compression): string {
  return `${extensions[format]}${{ none: '', gzip: '.gz', zstd: '.zst' }[compression]}`
}
