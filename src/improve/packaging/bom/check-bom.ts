import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { ModelVersion } from '../../registry/index.ts'
import { digestProperty } from './write-bom.ts'

interface Component {
  readonly type: string
  readonly name?: string | undefined
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[] | undefined
  readonly properties?: readonly { readonly name: string; readonly value?: string | undefined }[] | undefined
  readonly components?: readonly Component[] | undefined
}

const component: z.ZodType<Component> = z.lazy(() =>
  z.looseObject({
    type: z.string(),
    name: z.string().optional(),
    hashes: z.array(z.looseObject({ alg: z.string(), content: z.string() })).optional(),
    properties: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).optional(),
    components: z.array(component).optional(),
  }),
)
const bomShape = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.enum(['1.5', '1.6', '1.7']),
  metadata: z.looseObject({ component }),
  components: z.array(component).optional(),
})

/**
 * Holds a bill of materials against a version: it is of a model, every file of the version is in it with its hash, and no file is in it
 * that the version does not have. Throws `checks_failed` that names the file.
 */
export function checkBom(text: string, version: ModelVersion): void {
  const parsed = bomShape.safeParse(parseJson(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refuse(
      `The bill of materials is no CycloneDX of 1.5 to 1.7: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}.`,
    )
  }
  const { metadata, components = [] } = parsed.data
  const main = metadata.component
  if (main.type !== 'machine-learning-model')
    throw refuse(
      `The bill of materials is of a component of the type ${JSON.stringify(main.type)}, not of a model.`,
    )
  const said = main.properties?.find(({ name }) => name === digestProperty)?.value
  if (said !== undefined && said !== version.digest)
    throw refuse(
      `The bill of materials is of the model ${said.slice(0, 12)}…, and the version is ${version.digest.slice(0, 12)}…. Write it again.`,
    )
  const all = [...within(main), ...components.flatMap(one => [...within(one)])]
  const hashes = new Set(all.flatMap(hashesOf))
  for (const { path, sha256 } of version.manifest.files)
    if (!hashes.has(sha256))
      throw refuse(
        `${path} is in the version and not in the bill of materials, with this content. Write it again.`,
      )
  const files = new Set(version.manifest.files.map(({ sha256 }) => sha256))
  for (const one of all.filter(({ type }) => type === 'file'))
    if (hashesOf(one).some(hash => !files.has(hash)))
      throw refuse(
        `${one.name ?? 'A file'} is in the bill of materials and not in the version, with this content. Write it again.`,
      )
}

function* within(one: Component): Generator<Component> {
  yield one
  for (const below of one.components ?? []) yield* within(below)
}

function hashesOf({ hashes = [] }: Component): string[] {
  return hashes.filter(({ alg }) => alg === 'SHA-256').map(({ content }) => content.toLowerCase())
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refuse('The bill of materials is no JSON.', cause)
  }
}

function refuse(message: string, cause?: unknown): Failure {
  return new Failure('checks_failed', message, { cause })
}
