import { Command } from 'commander'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { z } from 'zod'
import { CommandError } from '../command-error.ts'
import { formatBytes } from '../figures.ts'
import { withInterrupt } from '../interrupt.ts'
import type { LocalFile } from '../registry/list-model-files.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { sendModelFiles } from '../registry/send-model-files.ts'
import { openSession } from '../session.ts'
import { checkEmptyFolder, unpackFiles } from '../unpack-files.ts'

const takenShape = z.object({
  model: z.string(),
  version: z.number(),
  digest: z.string(),
  signature: z.string(),
})

export function packModelCommand(): Command {
  return new Command('package')
    .description('Write a version, with all that is attached to it, as an OCI image layout')
    .argument('<version>', 'NAME@3, NAME@production, or NAME for its newest version')
    .argument('<place>', 'a file that ends in .tar, or a folder, which is made')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(
      async (reference: string, place: string, options: { readonly tenant?: string }, command: Command) => {
        const { api, terminal } = openSession(command)
        const isFolder = !place.endsWith('.tar')
        if (isFolder) checkEmptyFolder(place)
        const partial = `${place.replace(/\/+$/, '')}.partial`
        const bytes = await withInterrupt(async signal => {
          try {
            const response = await api.send(`${readModelReference(reference).versionPath}/package`, {
              query: { tenant: options.tenant },
              accept: 'application/x-tar',
              signal,
            })
            const body = Readable.fromWeb(response.body as unknown as NodeReadableStream<Uint8Array>)
            await pipeline(body, createWriteStream(partial), { signal })
            const { size } = await stat(partial)
            if (size !== Number(response.headers.get('content-length') ?? size))
              throw new CommandError('damaged', 'The package did not come whole.', {
                mend: 'Run the command again.',
              })
            if (isFolder) await unpackFiles(partial, place, signal)
            else await rename(partial, place)
            return size
          } finally {
            await rm(partial, { force: true })
          }
        })
        if (terminal.isJson) return terminal.printJson({ place, bytes })
        terminal.print(`${terminal.style.green('✓')} ${place} · ${formatBytes(bytes)}`)
      },
    )
}

export function loadModelCommand(): Command {
  return new Command('load')
    .description(
      'Make a version of a package that `model package` or another tool wrote, once its signature is verified',
    )
    .argument('<place>', 'an OCI image layout: a folder, or a tar of one')
    .requiredOption('--name <model>', 'the model that gets the version; made where it is new')
    .option('--allow-unverified', 'also where nobody has signed it, or only who is not known here')
    .option('--tenant <id>', 'for keys of the installation: whose it becomes')
    .action(
      async (
        place: string,
        options: { readonly name: string; readonly allowUnverified?: true; readonly tenant?: string },
        command: Command,
      ) => {
        const session = openSession(command)
        const { api, terminal } = session
        const { modelPath } = readModelReference(options.name)
        const found = await stat(place).catch((cause: unknown) => {
          throw new CommandError('not_readable', `${place} cannot be read.`, { cause })
        })
        const unpacked = found.isDirectory()
          ? undefined
          : await mkdtemp(path.join(tmpdir(), 'slipway-package-'))
        try {
          const taken = await withInterrupt(async signal => {
            if (unpacked !== undefined) await unpackFiles(place, unpacked, signal)
            const layout = await readLayout(unpacked ?? place)
            await sendModelFiles(session, layout.files, options.tenant, signal)
            return await api.read(`${modelPath}/packages`, takenShape, {
              method: 'POST',
              query: { tenant: options.tenant },
              body: {
                manifest: layout.manifest.toString('base64'),
                referrers: layout.referrers.map(one => one.toString('base64')),
                blobs: Object.fromEntries(
                  [...layout.blobs].map(([hash, one]) => [hash, one.toString('base64')]),
                ),
                allow_unverified: options.allowUnverified === true,
              },
              signal,
            })
          })
          if (terminal.isJson) return terminal.printJson(taken)
          terminal.print(`${terminal.style.green('✓')} ${taken.model}@${taken.version}. ${taken.signature}`)
        } finally {
          if (unpacked !== undefined) await rm(unpacked, { recursive: true, force: true })
        }
      },
    )
}

const descriptor = z.looseObject({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), size: z.number() })
const manifestShape = z.looseObject({
  config: descriptor,
  layers: z.array(descriptor),
  subject: descriptor.optional(),
})

interface Layout {
  readonly manifest: Buffer
  readonly referrers: readonly Buffer[]
  readonly blobs: ReadonlyMap<string, Buffer>
  readonly files: readonly LocalFile[]
}

/** Reads an image layout that holds one model. What it says is held against the signature by the server. */
async function readLayout(folder: string): Promise<Layout> {
  const blobFile = (digest: string): string =>
    path.join(folder, 'blobs/sha256', digest.slice('sha256:'.length))
  const read = async (digest: string): Promise<Buffer> => {
    const content = await readFile(blobFile(digest)).catch((cause: unknown) => {
      throw new CommandError('not_readable', `The package has no ${digest}.`, { cause })
    })
    if (`sha256:${createHash('sha256').update(content).digest('hex')}` === digest) return content
    throw new CommandError('damaged', `${digest} of the package has other content than its name says.`)
  }
  const index = await readFile(path.join(folder, 'index.json'), 'utf8').catch((cause: unknown) => {
    throw new CommandError('not_readable', `${folder} is no OCI image layout: it has no index.json.`, {
      cause,
    })
  })
  const { manifests } = parse(z.looseObject({ manifests: z.array(descriptor) }), index, 'index.json')
  const blobs = new Map<string, Buffer>()
  const referrers: Buffer[] = []
  const models: { readonly bytes: Buffer; readonly layers: readonly { digest: string; size: number }[] }[] =
    []
  for (const { digest } of manifests) {
    const bytes = await read(digest)
    const manifest = parse(manifestShape, bytes.toString('utf8'), digest)
    const isReferrer = manifest.subject !== undefined
    for (const small of isReferrer ? manifest.layers : [manifest.config])
      blobs.set(small.digest.slice('sha256:'.length), await read(small.digest))
    if (isReferrer) referrers.push(bytes)
    else models.push({ bytes, layers: manifest.layers })
  }
  const [model] = models
  if (!model || models.length !== 1)
    throw new CommandError(
      'invalid_argument',
      `The package holds ${models.length} models; it has to hold one.`,
    )
  const files = model.layers.map(({ digest, size }) => ({
    path: digest,
    file: blobFile(digest),
    bytes: size,
  }))
  return { manifest: model.bytes, referrers, blobs, files }
}

function parse<Shape extends z.ZodType>(shape: Shape, text: string, what: string): z.output<Shape> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CommandError('not_readable', `${what} of the package is no JSON.`, { cause })
  }
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  throw new CommandError('not_readable', `${what} of the package is not what an OCI image layout has.`, {
    cause: parsed.error,
  })
}
