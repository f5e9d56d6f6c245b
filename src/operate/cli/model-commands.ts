import { Command } from 'commander'

import { defineModelCommand } from './commands/define-model.ts'
import { deleteModelCommand } from './commands/delete-model.ts'
import { exportModelCommand } from './commands/export-model.ts'
import { liveModelCommand, modelHistoryCommand } from './commands/follow-model.ts'
import { importModelCommand } from './commands/import-model.ts'
import { judgeModelCommand } from './commands/judge-model.ts'
import { listModelsCommand } from './commands/list-models.ts'
import { decideModelCommand, moveModelAliasCommand } from './commands/move-model-alias.ts'
import { quantizeModelCommand } from './commands/quantize-model.ts'
import { modelLineageCommand } from './commands/show-model-lineage.ts'
import { showModelCommand } from './commands/show-model.ts'
import { trainModelCommand } from './commands/train-model.ts'
import { packagingCommands } from './packaging-commands.ts'
import { quantizationsCommand } from './quantization/quantizations.ts'

/** Models: what is registered, and what is made here. */
export function modelCommands(): Command {
  const group = new Command('model')
    .description('Register models, put them into service, follow them; train, make smaller, sign and verify')
    .helpCommand(false)
  for (const command of [
    listModelsCommand(),
    showModelCommand(),
    importModelCommand(),
    exportModelCommand(),
    moveModelAliasCommand(),
    judgeModelCommand(),
    decideModelCommand('approve'),
    decideModelCommand('reject'),
    defineModelCommand(),
    modelHistoryCommand(),
    liveModelCommand(),
    modelLineageCommand(),
    deleteModelCommand(),
    trainModelCommand(),
    quantizeModelCommand(),
    quantizationsCommand(),
    ...packagingCommands(),
  ])
    group.addCommand(command)
  return group
}
