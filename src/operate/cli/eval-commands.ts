import { Command } from 'commander'
import { cancelEvaluationCommand } from './commands/cancel-evaluation.ts'
import { checkSuiteCommand } from './commands/check-suite.ts'
import { compareEvaluationsCommand } from './commands/compare-evaluations.ts'
import { exportEvaluationCommand } from './commands/export-evaluation.ts'
import { importSuiteCommand } from './commands/import-suite.ts'
import { labelEvaluationCommand } from './commands/label-evaluation.ts'
import { listEvaluationsCommand } from './commands/list-evaluations.ts'
import { resumeEvaluationCommand } from './commands/resume-evaluation.ts'
import { runEvaluationCommand } from './commands/run-evaluation.ts'
import { showEvaluationExamplesCommand } from './commands/show-evaluation-examples.ts'
import { showEvaluationCommand } from './commands/show-evaluation.ts'
import { watchEvaluationCommand } from './commands/watch-evaluation.ts'

/** Suites, their runs and what those say. */
export function evalCommands(): Command {
  const group = new Command('eval')
    .description('Hold releases against data: run suites, compare, gate')
    .helpCommand(false)
  for (const command of [
    runEvaluationCommand(),
    checkSuiteCommand(),
    importSuiteCommand(),
    listEvaluationsCommand(),
    showEvaluationCommand(),
    showEvaluationExamplesCommand(),
    watchEvaluationCommand(),
    compareEvaluationsCommand(),
    labelEvaluationCommand(),
    resumeEvaluationCommand(),
    cancelEvaluationCommand(),
    exportEvaluationCommand(),
  ])
    group.addCommand(command)
  return group
}
