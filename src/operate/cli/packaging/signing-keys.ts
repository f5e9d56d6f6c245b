import { Command } from 'commander'
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { CommandError } from '../command-error.ts'
import { confirm } from '../confirm.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { signingKeyShape } from './packaging-wire.ts'

interface Options {
  readonly tenant?: string
}

/** Keys whose signatures of models count. */
export function signingKeysCommand(): Command {
  const group = new Command('keys')
    .description('See and manage the keys that models are signed with')
    .helpCommand(false)
  for (const command of [listCommand(), exportCommand(), trustCommand(), rotateCommand(), revokeCommand()])
    group.addCommand(command.option('--tenant <id>', 'for keys of the installation: whose they are'))
  return group
}

function listCommand(): Command {
  return new Command('list')
    .description('Keys whose signatures count, and those that were revoked')
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { data } = await api.read('/api/signing-keys', z.object({ data: z.array(signingKeyShape) }), {
        query: { tenant: options.tenant },
      })
      if (terminal.isJson) return terminal.printJson(data)
      printTable(
        terminal,
        data,
        [
          { title: 'name', value: key => key.name },
          { title: 'whose', value: key => (key.kind === 'own' ? 'own' : 'trusted') },
          { title: 'state', value: key => (key.reason === null ? key.state : `${key.state}: ${key.reason}`) },
          { title: 'id', value: key => key.id.slice(0, 16) },
        ],
        'There is no key yet; the first signature makes one.',
      )
    })
}

function exportCommand(): Command {
  return new Command('export')
    .description('Write a public key as PEM, for whoever is to verify')
    .argument('[key]', 'its name or id; the one that signs by default')
    .option('--out <file>', 'write it to a file')
    .action(
      async (wanted: string | undefined, options: Options & { readonly out?: string }, command: Command) => {
        const { api, terminal } = openSession(command)
        const { data } = await api.read('/api/signing-keys', z.object({ data: z.array(signingKeyShape) }), {
          query: { tenant: options.tenant },
        })
        const key = data.find(one =>
          wanted === undefined ? one.state === 'signs' : one.name === wanted || one.id === wanted,
        )
        if (!key)
          throw new CommandError(
            'not_found',
            wanted === undefined ? 'There is no key that signs yet.' : `There is no signing key ${wanted}.`,
            {
              mend: 'See them with `slipway model keys list`; the first signature makes one.',
            },
          )
        if (options.out !== undefined) await writeFile(options.out, key.public_key)
        if (terminal.isJson) return terminal.printJson(key)
        if (options.out === undefined) terminal.print(key.public_key.trimEnd())
        else terminal.print(`${terminal.style.green('✓')} ${options.out}`)
      },
    )
}

function trustCommand(): Command {
  return new Command('trust')
    .description('Add the public key of somebody else whose signatures are to count')
    .argument('<name>', 'whose it is')
    .argument('<file>', 'the public key as PEM')
    .action(async (name: string, file: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const publicKey = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw new CommandError('not_readable', `The file ${file} cannot be read.`, { cause })
      })
      const made = await api.read('/api/signing-keys', signingKeyShape, {
        method: 'POST',
        query: { tenant: options.tenant },
        body: { name, public_key: publicKey },
      })
      if (terminal.isJson) return terminal.printJson(made)
      terminal.print(
        `${terminal.style.green('✓')} Signatures of ${made.name} (${made.id.slice(0, 16)}…) count.`,
      )
    })
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('Make another own key; what the one before has signed stays good')
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const made = await api.read('/api/signing-keys/rotate', signingKeyShape, {
        method: 'POST',
        query: { tenant: options.tenant },
      })
      if (terminal.isJson) return terminal.printJson(made)
      terminal.print(`${terminal.style.green('✓')} ${made.name} signs from now on.`)
    })
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('Let nothing count any more that a key has signed')
    .argument('<key>', 'its name or id')
    .requiredOption('--reason <text>', 'kept with it')
    .option('--yes', 'do not ask')
    .action(
      async (
        key: string,
        options: Options & { readonly reason: string; readonly yes?: true },
        command: Command,
      ) => {
        const { api, terminal } = openSession(command)
        const question = `Revoke ${key}? Nothing that it has signed counts any more, and it cannot be taken back.`
        if (!(await confirm(terminal, question, options.yes === true)))
          return terminal.note('Nothing was changed.')
        const made = await api.read(`/api/signing-keys/${encodeURIComponent(key)}/revoke`, signingKeyShape, {
          method: 'POST',
          query: { tenant: options.tenant },
          body: { reason: options.reason },
        })
        if (terminal.isJson) return terminal.printJson(made)
        terminal.print(`${terminal.style.green('✓')} ${made.name} is revoked.`)
      },
    )
}
