import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { canonicalJson, type Database, Failure, streamOf } from '../../../foundation/platform/index.ts'
import type { SealedObjects } from '../../../govern/privacy/index.ts'
import type { Artifact, NewArtifact } from '../stage-kind.ts'
import { insertObject, useObject } from './artifact-store.ts'
import { packFolder, unpackFolder } from './folder-archive.ts'

/** What stages leave, by the hash of its content: written whole or not at all, each once for each tenant. */
export interface Artifacts {
  keep(tenant: string, name: string, made: NewArtifact): Promise<Artifact>
  /** The bytes of a file, or of a folder as tar; `undefined` where they are gone. */
  open(tenant: string, digest: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** Says that it is used once more; false where its bytes are gone. */
  use(tenant: string, artifact: Artifact): Promise<boolean>
  materialize(tenant: string, artifact: Artifact, target: string): Promise<void>
}

const mostValueBytes = 1_048_576

export const objectKeyOf = (tenant: string, digest: string): string =>
  `pipelines/${tenant}/${digest.slice(0, 2)}/${digest}`

const hasBytes = ({ type }: Pick<Artifact, 'type'>): boolean => type === 'file' || type === 'folder'

export function createArtifacts(options: {
  readonly database: Database
  readonly objects: SealedObjects
}): Artifacts {
  const { database, objects } = options

  async function keepBytes(
    tenant: string,
    name: string,
    type: 'file' | 'folder',
    file: string,
  ): Promise<Artifact> {
    const found = await lstat(file)
    if (type === 'file' ? !found.isFile() : !found.isDirectory())
      throw new Failure('invalid_request', `The output \`${name}\` is no ${type}.`)
    const read = (): AsyncIterable<Uint8Array> =>
      type === 'file' ? (createReadStream(file) as AsyncIterable<Buffer>) : packFolder(file)
    const { digest, sizeBytes } = await digestOf(read())
    if (!(await useObject(database, tenant, digest, new Date()))) {
      const written = createHash('sha256')
      const counted = async function* () {
        for await (const chunk of read()) {
          written.update(chunk)
          yield chunk
        }
      }
      await objects.put(tenant, objectKeyOf(tenant, digest), streamOf(counted()))
      if (written.digest('hex') !== digest)
        throw new Failure('invalid_request', `The output \`${name}\` changed while it was stored.`)
      await insertObject(database, { tenant, digest, sizeBytes, now: new Date() })
    }
    return { name, type, digest, sizeBytes, value: undefined }
  }

  return {
    keep: async (tenant, name, made) =>
      'path' in made
        ? await keepBytes(tenant, name, made.type, made.path)
        : valueArtifact(name, made.type, made.value, made.digest),
    open: async (tenant, digest) => (await objects.get(tenant, objectKeyOf(tenant, digest)))?.body,
    use: async (tenant, artifact) =>
      !hasBytes(artifact) || (await useObject(database, tenant, artifact.digest, new Date())),
    async materialize(tenant, artifact, target) {
      if (!hasBytes(artifact))
        throw new Failure('invalid_request', `\`${artifact.name}\` is a ${artifact.type}, and no file.`)
      const body = (await objects.get(tenant, objectKeyOf(tenant, artifact.digest)))?.body
      if (!body)
        throw new Failure(
          'not_found',
          `The bytes of \`${artifact.name}\` are not in the object store any more.`,
        )
      await mkdir(path.dirname(target), { recursive: true })
      if (artifact.type === 'folder') return await unpackFolder(body, target)
      await pipeline(
        Readable.fromWeb(body as unknown as Parameters<typeof Readable.fromWeb>[0]),
        createWriteStream(target),
      )
    },
  }
}

/** Throws `invalid_request` where it is too large. */
export function valueArtifact(
  name: string,
  type: Artifact['type'],
  value: unknown,
  digest?: string,
): Artifact {
  const text = canonicalJson(value)
  const sizeBytes = Buffer.byteLength(text)
  if (sizeBytes > mostValueBytes)
    throw new Failure(
      'invalid_request',
      `The output \`${name}\` has ${sizeBytes} bytes; a ${type} may have ${mostValueBytes}. Leave it as a file.`,
    )
  return { name, type, digest: digest ?? createHash('sha256').update(text).digest('hex'), sizeBytes, value }
}

async function digestOf(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly digest: string; readonly sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    sizeBytes += chunk.byteLength
  }
  return { digest: hash.digest('hex'), sizeBytes }
}
