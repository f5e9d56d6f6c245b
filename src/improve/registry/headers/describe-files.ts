import { Failure } from '../../../foundation/platform/index.ts'
import { readStored, readText } from '../files/read-file.ts'
import type { ModelFacts, ModelFile, ModelFormat } from '../model.ts'
import type { RegistryContext } from '../registry-context.ts'
import { readGgufHeader } from './read-gguf-header.ts'
import { readConfigJson, readSafetensorsHeader } from './read-huggingface.ts'

const mostText = 4 * 1024 * 1024

/** What files are taken for where nobody says it. */
export function detectFormat(files: readonly Pick<ModelFile, 'path'>[]): ModelFormat {
  const has = (path: string): boolean => files.some(file => file.path === path)
  if (has('MLmodel')) return 'mlflow'
  if (files.some(({ path }) => path.endsWith('.gguf'))) return 'gguf'
  if (has('config.json')) return 'huggingface'
  return 'other'
}

/** The file that a model of GGUF files is loaded by: the only one, or the first of one that was split. */
export function ggufEntry(files: readonly ModelFile[]): ModelFile | undefined {
  const found = files.filter(({ path }) => path.endsWith('.gguf') && !/mmproj/i.test(path))
  const [first] = found
  if (found.length <= 1) return first
  const parts = found.map(({ path }) => /^(.*)-(\d{5})-of-(\d{5})\.gguf$/.exec(path))
  const isOne = parts.every(part => part?.[1] === parts[0]?.[1] && Number(part?.[3]) === found.length)
  return isOne ? found.find((_, index) => Number(parts[index]?.[2]) === 1) : undefined
}

/**
 * What the headers of stored files say. Throws `invalid_request` where a file is not of the format that it is said to be of; a
 * header that is unusual beyond that says nothing.
 */
export async function describeFiles(
  context: Pick<RegistryContext, 'objects'>,
  tenant: string,
  format: ModelFormat,
  files: readonly ModelFile[],
): Promise<ModelFacts> {
  if (format === 'gguf') return await describeGguf(context, tenant, files)
  if (format === 'huggingface') return await describeHuggingface(context, tenant, files)
  return {}
}

async function describeGguf(
  context: Pick<RegistryContext, 'objects'>,
  tenant: string,
  files: readonly ModelFile[],
): Promise<ModelFacts> {
  const entry = ggufEntry(files) ?? files.find(({ path }) => path.endsWith('.gguf'))
  if (!entry) throw refuse('There is no file whose name ends in .gguf among these.')
  try {
    const facts = await readGgufHeader(await readStored(context, tenant, entry))
    const parts = files.filter(({ path }) => path.endsWith('.gguf') && path !== entry.path)
    // the parts of one model share out its tensors; several models side by side do not add up
    if (ggufEntry(files) === undefined || parts.length === 0) return facts
    let parameters = facts.parameters ?? 0
    for (const part of parts)
      if (!/mmproj/i.test(part.path))
        parameters += (await readGgufHeader(await readStored(context, tenant, part))).parameters ?? 0
    return { ...facts, parameters }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw refuse(`${entry.path} is no whole GGUF file: ${error.message} Fetch it again.`, error)
  }
}

async function describeHuggingface(
  context: Pick<RegistryContext, 'objects'>,
  tenant: string,
  files: readonly ModelFile[],
): Promise<ModelFacts> {
  const config = files.find(({ path }) => path === 'config.json')
  if (!config) throw refuse('There is no config.json among these files.')
  let facts: ModelFacts
  try {
    const text = await readText(context, tenant, config, mostText)
    facts = text === undefined ? {} : readConfigJson(text)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw refuse('config.json is not what transformers writes.', error)
  }
  let parameters = 0
  let type: string | undefined
  for (const file of files.filter(({ path }) => path.endsWith('.safetensors'))) {
    try {
      const header = await readSafetensorsHeader(await readStored(context, tenant, file))
      parameters += header.parameters
      type ??= header.type
    } catch (error) {
      if (error instanceof Failure) throw error
      throw refuse(`${file.path} is no whole safetensors file. Fetch it again.`, error)
    }
  }
  return {
    ...facts,
    quantization: facts.quantization ?? type,
    ...(parameters > 0 && { parameters }),
  }
}

function refuse(message: string, cause?: unknown): Failure {
  return new Failure('invalid_request', message, { details: { parameter: 'files' }, cause })
}
