import { canonicalJson, Failure } from '../../../foundation/platform/index.ts'
import {
  checkPath,
  modelFormats,
  type ModelFile,
  type ModelFormat,
  type ModelVersion,
} from '../../registry/index.ts'
import { licenseOf } from '../bom/license.ts'
import { titleOf } from '../card/words.ts'
import { type Descriptor, digestOf, hexOf, type Manifest, manifestType } from './oci-types.ts'

/** A model as an OCI artifact, after CNCF ModelPack: https://github.com/modelpack/model-spec */
const artifactType = 'application/vnd.cncf.model.manifest.v1+json'
export const configType = 'application/vnd.cncf.model.config.v1+json'
const pathAnnotation = 'org.cncf.model.filepath'
const layerType = (part: string): string => `application/vnd.cncf.model.${part}.v1.raw`

const parts = ['weight', 'weight.config', 'doc', 'code', 'dataset'] as const
type Part = (typeof parts)[number]

/** The first that fits a path says what the file is. */
const kinds: readonly (readonly [RegExp, Part])[] = [
  [/\.(gguf|safetensors|bin|pt|pth|ckpt|onnx|h5|npz|pkl|pickle)$/i, 'weight'],
  [/(^|\/)(readme|license|licence|notice|changelog)[^/]*$/i, 'doc'],
  [/\.(md|pdf|rst|html)$/i, 'doc'],
  [/\.(py|ipynb|sh|js|ts)$/i, 'code'],
  [/\.(parquet|jsonl|csv)$/i, 'dataset'],
]

export interface PackedModel {
  readonly manifest: Buffer
  readonly digest: string
  readonly config: Buffer
  readonly layers: readonly Descriptor[]
}

/** Packs a version: the same version gives the same bytes, and what is attached to it does not change them. */
export function packModel(version: ModelVersion): PackedModel {
  const { facts } = version
  const layers = version.manifest.files.map(({ path, bytes, sha256 }) => ({
    mediaType: layerType(kinds.find(([fits]) => fits.test(path))?.[1] ?? 'weight.config'),
    digest: `sha256:${sha256}`,
    size: bytes,
    annotations: { [pathAnnotation]: path },
  }))
  const license = facts.license === undefined ? undefined : licenseOf(facts.license).license
  const config = Buffer.from(
    canonicalJson({
      descriptor: {
        createdAt: version.createdAt.toISOString(),
        authors: [version.author],
        name: version.model,
        version: String(version.number),
        revision: version.digest,
        title: titleOf(version),
        ...(license && { licenses: ['id' in license ? license.id : license.name] }),
        ...(version.description !== '' && { description: version.description }),
      },
      config: {
        format: version.format,
        ...(facts.architecture !== undefined && { architecture: facts.architecture }),
        ...(facts.parameters !== undefined && { paramSize: parameterSize(facts.parameters) }),
        ...(facts.quantization !== undefined && { quantization: facts.quantization }),
      },
      modelfs: { type: 'layers', diffIds: layers.map(({ digest }) => digest) },
    }),
  )
  const manifest = Buffer.from(
    canonicalJson({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType,
      config: { mediaType: configType, digest: digestOf(config), size: config.byteLength },
      layers,
      annotations: {
        'org.opencontainers.image.created': version.createdAt.toISOString(),
        'org.opencontainers.image.title': version.model,
        'org.opencontainers.image.version': String(version.number),
      },
    }),
  )
  return { manifest, digest: digestOf(manifest), config, layers }
}

export interface UnpackedModel {
  readonly files: readonly ModelFile[]
  /** As the configuration says, where it is one that we know. */
  readonly format: ModelFormat | undefined
  readonly description: string | undefined
}

/** The files that a manifest names. Throws `checks_failed` for what is no model, or is packed in a way that is not read. */
export function unpackModel(manifest: Manifest, from: string): Pick<UnpackedModel, 'files'> {
  const type = manifest.artifactType ?? manifest.config.mediaType
  if (type !== artifactType && type !== configType)
    throw refuse(`${from} is no model of CNCF ModelPack: it is ${JSON.stringify(type.slice(0, 100))}.`)
  if (manifest.layers.length === 0) throw refuse(`${from} has no files.`)
  const known = new Set(parts.map(layerType))
  const files = manifest.layers.map(({ mediaType, digest, size, annotations }) => {
    if (!known.has(mediaType))
      throw refuse(
        `${from} has a layer of the type ${JSON.stringify(mediaType.slice(0, 100))}; only files that lie there as they are (\`.raw\`) are read. Pack it without an archive.`,
      )
    const path = annotations?.[pathAnnotation]
    if (path === undefined)
      throw refuse(`${from} has a layer without \`${pathAnnotation}\`: its name is unknown.`)
    return { path: checkPath(path), bytes: size, sha256: hexOf(digest) }
  })
  return { files }
}

/** What the configuration of a packed model says that a version keeps. */
export function readModelConfig(text: string): Omit<UnpackedModel, 'files'> {
  const config = parse(text)
  const format = modelFormats.find(one => one === config.config?.format)
  const description = config.descriptor?.description
  return { format, description: typeof description === 'string' ? description.slice(0, 100_000) : undefined }
}

interface ModelConfig {
  readonly config?: { readonly format?: unknown } | null
  readonly descriptor?: { readonly description?: unknown } | null
}

function parse(text: string): ModelConfig {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function parameterSize(count: number): string {
  const [unit, size] =
    count >= 1e9 ? (['b', 1e9] as const) : count >= 1e6 ? (['m', 1e6] as const) : (['k', 1e3] as const)
  return `${Number((count / size).toPrecision(3))}${unit}`
}

function refuse(message: string): Failure {
  return new Failure('checks_failed', message)
}
