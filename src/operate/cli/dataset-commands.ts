import { Command } from 'commander'

import { blameDatasetCommand } from './commands/blame-dataset.ts'
import { nameVersionCommand } from './commands/branch-dataset.ts'
import { checkDatasetCommand, reportDatasetCommand } from './commands/check-dataset.ts'
import { collectDatasetsCommand, deleteDatasetCommand } from './commands/collect-datasets.ts'
import { commitDatasetCommand } from './commands/commit-dataset.ts'
import {
  findSuspectsCommand,
  labelCommands,
  measureAgreementCommand,
  rateAnnotatorsCommand,
} from './commands/label-datasets.ts'
import { datasetTaskCommands } from './commands/dataset-tasks.ts'
import { deduplicateDatasetCommand } from './commands/deduplicate-dataset.ts'
import { driveCommands } from './commands/drive-datasets.ts'
import { defineDatasetCommand } from './commands/define-dataset.ts'
import { listDatasetsCommand, showDatasetCommand } from './commands/list-datasets.ts'
import { collectExamplesCommand } from './commands/collect-examples.ts'
import { exportDatasetCommand } from './commands/export-dataset.ts'
import { importDatasetCommand } from './commands/import-dataset.ts'
import { diffDatasetCommand, logDatasetCommand } from './commands/log-dataset.ts'
import { mergeDatasetCommand } from './commands/merge-dataset.ts'
import { profileDatasetCommand } from './commands/profile-dataset.ts'
import {
  countSplitsCommand,
  listDatasetRowsCommand,
  queryDatasetsCommand,
} from './commands/query-datasets.ts'

/** Datasets, their versions and checks. */
export function datasetCommands(): Command[] {
  const group = new Command('dataset')
    .description('Versions of data: make, compare, merge, check and ask them')
    .helpCommand(false)
  for (const command of [
    listDatasetsCommand(),
    showDatasetCommand(),
    defineDatasetCommand(),
    importDatasetCommand(),
    exportDatasetCommand(),
    collectExamplesCommand(),
    commitDatasetCommand(),
    logDatasetCommand(),
    diffDatasetCommand(),
    blameDatasetCommand(),
    nameVersionCommand('branch'),
    nameVersionCommand('tag'),
    mergeDatasetCommand(),
    listDatasetRowsCommand(),
    queryDatasetsCommand(),
    countSplitsCommand(),
    checkDatasetCommand(),
    reportDatasetCommand(),
    profileDatasetCommand(),
    deduplicateDatasetCommand(),
    measureAgreementCommand(),
    rateAnnotatorsCommand(),
    findSuspectsCommand(),
    labelCommands(),
    driveCommands(),
    datasetTaskCommands(),
    collectDatasetsCommand(),
    deleteDatasetCommand(),
  ])
    group.addCommand(command)
  return [group]
}
