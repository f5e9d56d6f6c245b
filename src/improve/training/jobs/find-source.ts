import { Failure } from '../../../foundation/platform/index.ts'
import { readFileExamples } from '../data/read-file.ts'
import type { ExampleFormat, PlacedExample } from '../ports.ts'
import type { DataSource } from './job.ts'
import type { TrainingContext } from './job-context.ts'

type Context = Pick<TrainingContext, 'datasets' | 'files' | 'learning'>

/** What a parameter names, as it is now. */
export async function findSource(
  context: Context,
  tenant: string,
  named: string,
  parameter: string,
): Promise<DataSource> {
  if (named.startsWith('dataset:')) {
    try {
      const resolved = await context.datasets.resolve(tenant, named.slice('dataset:'.length))
      await context.learning.mayLearnFrom(tenant, resolved)
      const { dataset, version, split } = resolved
      return {
        kind: 'dataset',
        name: dataset.name,
        versionId: version.id,
        versionNumber: version.number,
        split: split ?? null,
      }
    } catch (error) {
      if (error instanceof Failure && error.kind.status < 500) throw invalid(parameter, error.message, error)
      throw error
    }
  }
  const file = await context.files.find(tenant, named)
  if (!file)
    throw invalid(
      parameter,
      `There is no file \`${named.slice(0, 100)}\`. Upload one with the purpose \`fine-tune\`, or name a dataset: \`dataset:NAME@main:train\`.`,
    )
  if (file.purpose !== 'fine-tune')
    throw invalid(parameter, `The file has the purpose \`${file.purpose}\`. Upload it with \`fine-tune\`.`)
  return { kind: 'file', id: file.id, filename: file.filename, sizeBytes: file.sizeBytes }
}

/** The examples of a source. Throws `invalid_request` where they may not be learned from, `not_found` where a file is gone. */
export async function openSource(
  context: Context,
  tenant: string,
  source: DataSource,
  format: ExampleFormat,
  signal: AbortSignal,
): Promise<AsyncIterable<PlacedExample>> {
  if (source.kind === 'file') {
    const content = await context.files.read(tenant, source.id)
    if (!content) throw new Failure('not_found', `The file ${source.id} is gone.`)
    return readFileExamples(content)
  }
  const version = await context.datasets.resolve(tenant, {
    dataset: source.name,
    revision: source.versionId,
    split: source.split ?? undefined,
  })
  const mayUse = await context.learning.mayLearnFrom(tenant, version)
  return context.learning.readExamples(version, format, { mayUse, signal })
}

/** What a request may name a source by, so that it goes on meaning the same. */
export function fixedName(source: DataSource): string {
  if (source.kind === 'file') return source.id
  return `dataset:${source.name}@${source.versionId}${source.split === null ? '' : `:${source.split}`}`
}

function invalid(parameter: string, message: string, cause?: unknown): Failure {
  return new Failure('invalid_request', message, { details: { parameter }, cause })
}
