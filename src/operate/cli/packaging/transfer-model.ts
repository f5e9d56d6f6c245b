import { Command } from 'commander'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError } from '../command-error.ts'
import { formatBytes } from '../figures.ts'
import { withInterrupt } from '../interrupt.ts'
import { progressBar } from '../progress-bar.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { movingLine } from '../send-parts.ts'
import { openSession, type Session } from '../session.ts'
import { transferShape, type WireTransfer } from './packaging-wire.ts'

interface Options {
  readonly repository?: string
  readonly tag?: string
  readonly name?: string
  readonly allowUnverified?: true
  readonly detach?: true
  readonly tenant?: string
}

const lookEveryMs = 300

export function pushModelCommand(): Command {
  return new Command('push')
    .description('Send a version, with all that is attached to it, to a declared OCI registry')
    .argument('<version>', 'NAME@3, NAME@production, or NAME for its newest version')
    .argument('<registry>', 'as the configuration names it')
    .option('--repository <name>', 'below the prefix of the registry; the name of the model by default')
    .option('--tag <tag>', 'the number of the version by default')
    .option('--detach', 'begin it and leave')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(async (reference: string, registry: string, options: Options, command: Command) => {
      const session = openSession(command)
      const begun = await session.api.read(
        `${readModelReference(reference).versionPath}/pushes`,
        transferShape,
        {
          method: 'POST',
          query: { tenant: options.tenant },
          body: { registry, repository: options.repository, tag: options.tag },
        },
      )
      await finish(session, begun, options)
    })
}

export function pullModelCommand(): Command {
  return new Command('pull')
    .description('Make a version of what a declared OCI registry has, once its signature is verified')
    .argument('<registry>', 'as the configuration names it')
    .argument('<reference>', 'REPOSITORY:TAG or REPOSITORY@sha256:…, below the prefix of the registry')
    .requiredOption('--name <model>', 'the model that gets the version; made where it is new')
    .option('--allow-unverified', 'also where nobody has signed it, or only who is not known here')
    .option('--detach', 'begin it and leave')
    .option('--tenant <id>', 'for keys of the installation: whose it becomes')
    .action(async (registry: string, text: string, options: Options, command: Command) => {
      const session = openSession(command)
      const [, repository, digest, tag] = /^([^@:]+)(?:@(sha256:[0-9a-f]{64})|:([^@:]+))$/.exec(text) ?? []
      const reference = digest ?? tag
      if (repository === undefined || reference === undefined)
        throw new CommandError('invalid_argument', `${text} names nothing in a registry.`, {
          mend: 'Write REPOSITORY:TAG or REPOSITORY@sha256:….',
        })
      const { modelPath } = readModelReference(options.name ?? '')
      const begun = await session.api.read(`${modelPath}/pulls`, transferShape, {
        method: 'POST',
        query: { tenant: options.tenant },
        body: { registry, repository, reference, allow_unverified: options.allowUnverified === true },
      })
      await finish(session, begun, options)
    })
}

/** Follows a transfer to its end; who interrupts cancels it. */
async function finish(session: Session, begun: WireTransfer, { detach }: Options): Promise<void> {
  const { api, terminal } = session
  const place = `/api/model-transfers/${begun.id}`
  const bar = movingLine(terminal)
  let now = begun
  if (detach !== true)
    await withInterrupt(async signal => {
      try {
        while (now.state === 'waiting' || now.state === 'running') {
          if (signal.aborted) now = await api.read(`${place}/cancel`, transferShape, { method: 'POST' })
          else {
            if (now.total_bytes !== null)
              bar.show(
                `${progressBar(now.done_bytes / Math.max(1, now.total_bytes))} ${formatBytes(now.done_bytes)} of ${formatBytes(now.total_bytes)}`,
              )
            await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined)
            if (!signal.aborted) now = await api.read(place, transferShape)
          }
        }
      } finally {
        bar.clear()
      }
    })
  if (now.state === 'failed' || now.state === 'cancelled')
    throw new CommandError(now.error?.code ?? now.state, now.error?.message ?? 'The transfer was cancelled.')
  if (terminal.isJson) return terminal.printJson(now)
  const what = `${now.registry}/${now.repository}:${now.reference}`
  if (now.state !== 'done') return terminal.print(`${now.id}: ${now.state}, ${what}`)
  const version = `${now.model}@${now.version ?? '?'}`
  terminal.print(
    `${terminal.style.green('✓')} ${now.direction === 'push' ? `${version} is at ${what}` : `${version} comes from ${what}`} ${terminal.style.dim(now.digest ?? '')}`,
  )
}
