import { Command } from 'commander'
import {
  approvePipelineCommand,
  cancelPipelineCommand,
  rejectPipelineCommand,
} from './commands/decide-pipeline.ts'
import { checkPipelineCommand, definePipelineCommand } from './commands/define-pipeline.ts'
import { listPipelinesCommand, showPipelineCommand } from './commands/list-pipelines.ts'
import { pipelineTriggersCommand } from './commands/pipeline-triggers.ts'
import { printStageManifestCommand } from './commands/print-manifest.ts'
import { readPipelineLogsCommand } from './commands/read-pipeline-logs.ts'
import { resumePipelineCommand, runPipelineCommand, watchPipelineCommand } from './commands/run-pipeline.ts'

/** Declared stages, and the runs of them. */
export function pipelineCommands(): Command {
  const group = new Command('pipeline')
    .description('Stages that survive crashes: define, run, watch, approve')
    .helpCommand(false)
  for (const command of [
    definePipelineCommand(),
    checkPipelineCommand(),
    listPipelinesCommand(),
    showPipelineCommand(),
    pipelineTriggersCommand(),
    runPipelineCommand(),
    watchPipelineCommand(),
    readPipelineLogsCommand(),
    printStageManifestCommand(),
    resumePipelineCommand(),
    cancelPipelineCommand(),
    approvePipelineCommand(),
    rejectPipelineCommand(),
  ])
    group.addCommand(command)
  return group
}
