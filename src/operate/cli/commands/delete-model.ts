import { Command } from 'commander'

import { confirm } from '../confirm.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly yes?: true
  readonly because?: string
  readonly tenant?: string
}

export function deleteModelCommand(): Command {
  return new Command('delete')
    .description(
      'Delete a model, one of its versions, or an alias; what happened to them stays in the history',
    )
    .argument('<what>', 'NAME, NAME@3 for a version, NAME@ALIAS for the alias alone')
    .option('--because <reason>', 'why, for the history')
    .option('--yes', 'do not ask')
    .option('--tenant <id>', 'whose model')
    .action(async (text: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { name, at, modelPath, versionPath } = readModelReference(text)
      const isVersion = at !== undefined && (at === 'latest' || /^\d+$/.test(at))
      const [what, path] =
        at === undefined
          ? [`the model ${name} with all its versions`, modelPath]
          : isVersion
            ? [`version ${at} of ${name}`, versionPath]
            : [
                `the alias ${at} of ${name}, not its version`,
                `${modelPath}/aliases/${encodeURIComponent(at)}`,
              ]
      if (!(await confirm(terminal, `Delete ${what}?`, options.yes === true)))
        return terminal.note('Nothing was changed.')
      await api.send(path, {
        method: 'DELETE',
        query: { tenant: options.tenant, reason: options.because },
      })
      if (terminal.isJson) return terminal.printJson({ deleted: text })
      terminal.print(`${terminal.style.green('✓')} ${text} is deleted.`)
    })
}
