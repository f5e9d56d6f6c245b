import { Command } from 'commander'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'

import { CommandError } from '../command-error.ts'
import { formatBytes } from '../figures.ts'
import { withInterrupt } from '../interrupt.ts'
import { progressBar } from '../progress-bar.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { modelVersionShape, type WireModelVersion } from '../registry/model-wire.ts'
import { hashOf } from '../registry/send-model-files.ts'
import { movingLine } from '../send-parts.ts'
import { openSession, type Session } from '../session.ts'

interface Options {
  readonly to: string
  readonly tenant?: string
}

export function exportModelCommand(): Command {
  return new Command('export')
    .description('Write the files of a version into a folder, each held against its SHA-256')
    .argument('<version>', 'NAME@3, NAME@ALIAS, or NAME for its newest')
    .requiredOption('--to <folder>', 'made where it is not there; files that are there and whole stay')
    .option('--tenant <id>', 'whose model')
    .action(async (text: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { terminal } = session
      const { modelPath, versionPath } = readModelReference(text)
      const version = await session.api.read(versionPath, modelVersionShape, {
        query: { tenant: options.tenant },
      })
      const place = `${modelPath}/versions/${version.number}/file`
      const written = await withInterrupt(signal => writeFiles(session, place, version, options, signal))
      if (terminal.isJson)
        return terminal.printJson({ ...version, folder: options.to, written_bytes: written })
      terminal.print(
        `${terminal.style.green('✓')} ${version.model}@${version.number} · ${version.files.length} files · ${formatBytes(version.bytes)} · ${options.to}`,
      )
    })
}

async function writeFiles(
  { api, terminal }: Session,
  place: string,
  { files, bytes: total }: WireModelVersion,
  { to, tenant }: Options,
  signal: AbortSignal,
): Promise<number> {
  const { checkPath } = await import('../../../improve/registry/index.ts')
  const bar = movingLine(terminal)
  let written = 0
  let done = 0
  try {
    for (const file of files) {
      const target = path.join(to, checkPath(file.path))
      if (!existsSync(target) || (await hashOf(target, signal)) !== file.sha256) {
        await mkdir(path.dirname(target), { recursive: true })
        const response = await api.send(place, {
          query: { path: file.path, tenant },
          accept: 'application/octet-stream',
          signal,
        })
        const body = Readable.fromWeb(response.body as unknown as NodeReadableStream<Uint8Array>)
        body.on('data', (piece: Uint8Array) => {
          written += piece.byteLength
          const share = (done + written) / Math.max(total, 1)
          bar.show(`${progressBar(share)} ${formatBytes(written)} of ${formatBytes(total)}, ${file.path}`)
        })
        const partial = `${target}.partial`
        try {
          await pipeline(body, createWriteStream(partial), { signal })
          if ((await hashOf(partial, signal)) !== file.sha256)
            throw new CommandError('damaged', `${file.path} came damaged.`, {
              mend: 'The same command fetches it again.',
            })
          await rename(partial, target)
        } finally {
          await rm(partial, { force: true })
        }
      } else done += file.bytes
    }
  } finally {
    bar.clear()
  }
  return written
}
