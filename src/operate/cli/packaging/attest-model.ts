import { Command } from 'commander'
import { writeFile } from 'node:fs/promises'
import { CommandError } from '../command-error.ts'
import { collect } from '../options.ts'
import { openSession, type Session } from '../session.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { attachmentShape } from './packaging-wire.ts'

interface Options {
  readonly tenant?: string
  readonly evaluation?: readonly string[]
  readonly out?: string
}

/** Writes one of the files that say something of a version. */
function attestCommand(
  name: 'card' | 'bom' | 'sign',
  description: string,
  made: (name: string) => string,
): Command {
  const command = new Command(name)
    .description(description)
    .argument('<version>', 'NAME@3, NAME@production, or NAME for its newest version')
    .option('--out <file>', 'write it to a file too')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
  if (name === 'card')
    command.option('--evaluation <run>', 'a run that it is to tell of; may come several times', collect)
  return command.action(async (reference: string, options: Options, self: Command) => {
    const session = openSession(self)
    const { api, terminal } = session
    const place = readModelReference(reference).versionPath
    const query = { tenant: options.tenant }
    const attachment = await api.read(`${place}/${name === 'sign' ? 'signature' : name}`, attachmentShape, {
      method: 'POST',
      query,
      ...(name === 'card' && { body: { evaluations: options.evaluation ?? [] } }),
    })
    if (options.out !== undefined)
      await save(session, `${place}/attachments/${attachment.id}`, query, options.out)
    if (terminal.isJson) return terminal.printJson(attachment)
    terminal.print(
      `${terminal.style.green('✓')} ${made(reference)} ${terminal.style.dim(attachment.sha256.slice(0, 12))}`,
    )
  })
}

async function save(
  { api }: Session,
  place: string,
  query: { readonly tenant: string | undefined },
  file: string,
): Promise<void> {
  const response = await api.send(place, { query, accept: '*/*' })
  try {
    await writeFile(file, Buffer.from(await response.arrayBuffer()))
  } catch (error) {
    throw new CommandError('not_writable', `The file ${file} cannot be written.`, { cause: error })
  }
}

export function writeCardCommand(): Command {
  return attestCommand(
    'card',
    'Write the card of a version from what is known of it',
    reference => `${reference} has a card.`,
  )
}

export function writeBomCommand(): Command {
  return attestCommand(
    'bom',
    'Write the bill of materials of a version (CycloneDX 1.6)',
    reference => `${reference} has a bill of materials.`,
  )
}

export function signModelCommand(): Command {
  return attestCommand(
    'sign',
    'Sign a version with the key of the tenant (OpenSSF Model Signing)',
    reference => `${reference} is signed.`,
  )
}
