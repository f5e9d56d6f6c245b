import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { ColumnType } from '../dataset.ts'
import type { DatasetCaller, Datasets } from '../datasets.ts'
import { type CheckDefinition, columnName, type Definition, parseDefinition } from '../definition.ts'
import { publishedSchema, toWirePublished } from '../datasets-wire.ts'
import { archiveKindOf, archiveKinds } from '../files/archive-kind.ts'
import { compressions, type DeclaredTypes, type FileFormat, fileFormats } from '../formats/format.ts'
import type { TaskKind } from '../task.ts'
import type { TransferFolder } from './transfer-folder.ts'

export const importModes = ['all', 'upsert', 'append'] as const
export const uploadId = z
  .string()
  .regex(/^[0-9a-f]{16,64}$/, 'must be 16 to 64 hexadecimal digits')
  .describe('Chosen by who sends the file: the same for the same file goes on where it stopped.')

export const importParameters = z.strictObject({
  upload: uploadId,
  file: z.string().min(1).max(400).describe('What the file is called; it is written into the version.'),
  format: z.enum(fileFormats).optional().describe('What its content says, by default.'),
  delimiter: z
    .string()
    .length(1)
    .optional()
    .describe('Of a table; the one that divides its header most, by default.'),
  branch: z.string().min(1).max(100).optional(),
  parent: z.string().max(64).optional().describe('The version that the branch has to be at.'),
  message: z.string().min(1).max(2_000).optional(),
  mode: z
    .enum(importModes)
    .default('all')
    .describe(
      '`all`: the version holds exactly the rows of the file. `upsert`: rows with other keys stay. `append`: as well, and a known key is an error.',
    ),
  key: z
    .array(columnName)
    .max(20)
    .optional()
    .describe('The columns that name a row, where the dataset is new.'),
  definition: z.string().max(200_000).optional().describe('YAML that is put in force with the rows.'),
  listing: uploadId
    .optional()
    .describe(
      'With an archive of files: an upload of JSON lines with `path` and `sha256`, of files whose contents the branch has. They are in the version as if they were in the archive.',
    ),
})

export type ImportParameters = z.output<typeof importParameters>

export const importResult = z
  .object({
    format: z.enum([...fileFormats, ...archiveKinds]),
    compression: z.enum(compressions),
    why: z.string().describe('Why the file was taken for that.'),
    published: publishedSchema,
  })
  .meta({ id: 'DatasetImport' })

/** Publishes a file that was uploaded. */
export function importTask(
  datasets: Datasets,
  transfers: TransferFolder,
  checkDefinition: CheckDefinition | undefined,
): TaskKind<ImportParameters & { readonly tenant: string }> {
  return {
    kind: 'import-file',
    parameters: importParameters.extend({ tenant: z.string() }),
    async onEnd({ tenant, upload, listing }) {
      await transfers.deleteUpload(tenant, upload)
      if (listing !== undefined) await transfers.deleteUpload(tenant, listing)
    },
    async run(parameters, { caller, dataset: name, signal, progress }) {
      if (name === undefined) throw new Error('An import is of no dataset.')
      const file = await transfers.uploaded(caller.tenant, parameters.upload)
      await transfers.sweep(Date.now())
      const before = await datasets.find(caller.tenant, name)
      const given =
        parameters.definition === undefined
          ? undefined
          : parseDefinition(parameters.definition, checkDefinition)
      if (before && parameters.key) checkKey(before.definition.parsed, parameters.key, name)
      const definition = given ?? before?.definition.parsed
      const archive = parameters.format === undefined ? await archiveKindOf(file, parameters.file) : undefined
      if (archive !== undefined || definition?.files === true)
        return await importFiles({ caller, name, file, parameters, definition, signal, progress })
      return await datasets.withFolder(async folder => {
        const imported = await datasets.runTask(
          'import-file',
          {
            file,
            name: parameters.file,
            format: parameters.format,
            delimiter: parameters.delimiter,
            declared: declaredOf(definition),
            known: before ? await knownTypes(datasets, caller.tenant, name, parameters.branch) : undefined,
            folder,
            forVersion: true,
          },
          { signal, progress: (share, step) => progress(share * 0.4, step) },
        )
        if (parameters.definition !== undefined) await datasets.define(caller, name, parameters.definition)
        else if (!before)
          await datasets.define(caller, name, usualDefinition(imported.format, parameters.key))
        const published = await datasets.replace({
          caller,
          dataset: name,
          branch: parameters.branch,
          parent: parameters.parent,
          message: parameters.message ?? `Import of ${parameters.file}`,
          source: {
            kind: 'import',
            format: imported.format,
            file: parameters.file,
            sha256: imported.sha256,
            mode: parameters.mode,
            ...(parameters.delimiter !== undefined && { delimiter: parameters.delimiter }),
          },
          staged: { file: imported.file, columns: imported.columns, isHashed: imported.isHashed },
          mode: parameters.mode,
          signal,
          progress: (share, step) => progress(0.4 + share * 0.6, step),
        })
        await rm(imported.file, { force: true })
        const { format, compression, why } = imported
        return { format, compression, why, published: toWirePublished(published) } satisfies z.input<
          typeof importResult
        >
      })
    },
  }

  async function importFiles({
    caller,
    name,
    file,
    parameters,
    definition,
    signal,
    progress,
  }: FilesImport): Promise<z.input<typeof importResult>> {
    if (definition && !definition.files)
      throw new Failure(
        'invalid_request',
        `The rows of \`${name}\` are no files, and ${parameters.file} is an archive of files. Import it as another dataset, or unpack it and import the file of rows that is in it.`,
        { details: { parameter: 'file' } },
      )
    if (parameters.key && parameters.key.join('\0') !== 'path')
      throw new Failure('invalid_request', 'The key of a dataset of files is `path`. Leave the key out.', {
        details: { parameter: 'key' },
      })
    const listing =
      parameters.listing === undefined
        ? undefined
        : await transfers.uploaded(caller.tenant, parameters.listing)
    return await datasets.withFolder(async folder => {
      const imported = await datasets.readArchive({
        tenant: caller.tenant,
        dataset: name,
        branch: parameters.branch,
        file,
        name: parameters.file,
        listing,
        declared: declaredOf(definition),
        folder,
        signal,
        progress: (share, step) => progress(share * 0.6, step),
      })
      if (parameters.definition !== undefined) await datasets.define(caller, name, parameters.definition)
      else if (!definition) await datasets.define(caller, name, 'files: true\n')
      const { kind, compression, sha256 } = imported
      const published = await datasets.replace({
        caller,
        dataset: name,
        branch: parameters.branch,
        parent: parameters.parent,
        message: parameters.message ?? `Import of ${parameters.file}`,
        source: { kind: 'import', format: kind, file: parameters.file, sha256 },
        staged: { file: imported.file, columns: imported.columns },
        packs: imported.packs,
        mode: parameters.mode,
        signal,
        progress: (share, step) => progress(0.6 + share * 0.4, step),
      })
      return {
        format: kind,
        compression,
        why: 'it is an archive of files',
        published: toWirePublished(published),
      }
    })
  }
}

interface FilesImport {
  readonly caller: DatasetCaller
  readonly name: string
  readonly file: string
  readonly parameters: ImportParameters
  readonly definition: Definition | undefined
  readonly signal: AbortSignal
  readonly progress: (share: number, step: string) => void
}

function checkKey(definition: Definition, key: readonly string[], name: string): void {
  if (definition.key.join('\0') === key.join('\0')) return
  throw new Failure(
    'invalid_request',
    `The dataset \`${name}\` names its rows by ${definition.key.length === 0 ? 'all that they hold' : definition.key.join(', ')}, not by ${key.join(', ')}. Leave the key out, or define another one (\`slipway dataset define\`).`,
    { details: { parameter: 'key' } },
  )
}

function declaredOf(definition: Definition | undefined): DeclaredTypes {
  return Object.fromEntries(
    Object.entries(definition?.columns ?? {}).flatMap(([name, { type }]) => (type ? [[name, type]] : [])),
  )
}

/** A table of text says no types: those that the branch has hold. */
async function knownTypes(
  datasets: Datasets,
  tenant: string,
  dataset: string,
  branch: string | undefined,
): Promise<DeclaredTypes | undefined> {
  try {
    const { version } = await datasets.resolve(tenant, {
      dataset,
      revision: branch ?? 'main',
      split: undefined,
    })
    return Object.fromEntries(
      version.manifest.schema.columns.map(({ name, type }): [string, ColumnType] => [name, type]),
    )
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return undefined
    throw error
  }
}

/** What a new dataset is held to where nobody says it: what the columns of the format are for. */
function usualDefinition(format: FileFormat, key: readonly string[] | undefined): string {
  const columns: Partial<Record<FileFormat, string>> = {
    'openai-chat': '  messages: {type: json, role: input}\n',
    'openai-preference':
      '  input: {type: json, role: input}\n  preferred_output: {type: json, role: expected}\n  non_preferred_output: {type: json}\n',
    'openai-evals': '  input: {type: json, role: input}\n  ideal: {type: json, role: expected}\n',
  }
  const declared = columns[format]
  const keyLine = key && key.length > 0 ? `key: ${JSON.stringify(key)}\n` : ''
  const others = (key ?? []).map(name => `  ${JSON.stringify(name)}: {}\n`).join('')
  return `${keyLine}${declared === undefined ? '' : `columns:\n${declared}${others}`}`
}
