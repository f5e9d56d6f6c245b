import { Command } from 'commander'

import { datasetPath, readReference } from '../dataset-reference.ts'
import { datasetRefShape } from '../dataset-wire.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly tenant?: string
  readonly delete?: true
}

/** `branch` and `tag`: both put a name on a version; a branch moves with commits, a tag does not. */
export function nameVersionCommand(kind: 'branch' | 'tag'): Command {
  const what = kind === 'branch' ? 'Make a branch at a version' : 'Put a name on a version that does not move'
  return new Command(kind)
    .description(`${what}; NAME alone is what \`main\` is at`)
    .argument('<reference>', 'NAME or NAME@REVISION')
    .argument(`<${kind}>`)
    .option('--delete', 'delete it; versions that nothing names any more are collected after a while')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (text: string, ref: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { name, revision } = readReference(text)
      const query = { tenant: options.tenant }
      if (options.delete) {
        await api.send(`${datasetPath(name)}/refs/${encodeURIComponent(ref)}`, { method: 'DELETE', query })
        if (terminal.isJson) return terminal.printJson({ name: ref, is_deleted: true })
        return terminal.print(`${terminal.style.green('✓')} ${name}@${ref} is deleted.`)
      }
      const made = await api.read(`${datasetPath(name)}/refs`, datasetRefShape, {
        method: 'POST',
        query,
        body: { name: ref, kind, at: revision },
      })
      if (terminal.isJson) return terminal.printJson(made)
      terminal.print(
        `${terminal.style.green('✓')} ${name}@${made.name} is version ${made.number} (${made.version.slice(0, 12)}).`,
      )
    })
}
