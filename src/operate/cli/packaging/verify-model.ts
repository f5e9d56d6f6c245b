import { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { verificationShape } from './packaging-wire.ts'

export function verifyModelCommand(): Command {
  return new Command('verify')
    .description('Read every file of a version and hold signature, bill of materials and card against them')
    .argument('<version>', 'NAME@3, NAME@production, or NAME for its newest version')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(async (reference: string, options: { readonly tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read(
        `${readModelReference(reference).versionPath}/verification`,
        verificationShape,
        {
          method: 'POST',
          query: { tenant: options.tenant },
        },
      )
      const rows = [
        { what: 'files', ...found.files },
        { what: 'signature', ...found.signature },
        { what: 'bill of materials', ...found.bom },
        { what: 'card', ...found.card },
      ]
      if (rows.some(({ state }) => state !== 'verified')) process.exitCode = exitCodes.failed
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        rows,
        [
          { title: 'what', value: row => row.what },
          { title: 'state', value: row => row.state },
          { title: 'found', value: row => row.reason },
        ],
        '',
      )
    })
}
