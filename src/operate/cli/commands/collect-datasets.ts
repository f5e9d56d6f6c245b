import { Command } from 'commander'

import { confirm } from '../confirm.ts'
import { datasetPath } from '../dataset-reference.ts'
import { datasetGarbageShape } from '../dataset-wire.ts'
import { formatBytes } from '../figures.ts'
import { decimal } from '../options.ts'
import { openSession } from '../session.ts'

export function collectDatasetsCommand(): Command {
  return new Command('gc')
    .description('Count what no branch, tag or pin needs any more; --yes deletes it, as happens every hour')
    .option('--grace <hours>', 'keep what is younger', decimal(0, 8_760))
    .option('--yes', 'delete it')
    .action(async (options: { grace?: number; yes?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read('/api/dataset-garbage', datasetGarbageShape, {
        method: 'POST',
        body: { dry_run: options.yes !== true, grace_hours: options.grace },
      })
      if (terminal.isJson) return terminal.printJson(found)
      const what = `${found.versions} versions and ${found.objects} objects, ${formatBytes(found.bytes)}`
      if (found.dry_run) terminal.print(`${what} can go. Add --yes to delete them.`)
      else terminal.print(`${terminal.style.green('✓')} ${what} are deleted.`)
    })
}

export function deleteDatasetCommand(): Command {
  return new Command('delete')
    .description('Delete a dataset with its branches and tags; what a model or an evaluation needs stays')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (name: string, options: { yes?: true; tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      if (
        !(await confirm(terminal, `Delete the dataset ${name} with all its versions?`, options.yes === true))
      )
        return terminal.note('Nothing was changed.')
      await api.send(datasetPath(name), { method: 'DELETE', query: { tenant: options.tenant } })
      if (terminal.isJson) return terminal.printJson({ name, is_deleted: true })
      terminal.print(`${terminal.style.green('✓')} The dataset ${name} is deleted.`)
    })
}
