import { Command, Help } from 'commander'
import type { Option } from 'commander'

import { cancelBatchCommand } from './commands/cancel-batch.ts'
import { chatCommand } from './commands/chat.ts'
import { checkConfigCommand } from './commands/check-config.ts'
import { clearCacheCommand } from './commands/clear-cache.ts'
import { listGuardrailChecksCommand } from './commands/list-guardrail-checks.ts'
import { listPoliciesCommand } from './commands/list-policies.ts'
import { listVerdictsCommand } from './commands/list-verdicts.ts'
import { listGuardrailReportsCommand, reportGuardrailCommand } from './commands/report-guardrail.ts'
import { createKeyCommand } from './commands/create-key.ts'
import { explainInferenceCommand } from './commands/explain-inference.ts'
import { createTenantCommand } from './commands/create-tenant.ts'
import { distilCommand } from './commands/distil.ts'
import { deleteTenantCommand } from './commands/delete-tenant.ts'
import { installEngineCommand } from './commands/install-engine.ts'
import { listCachesCommand } from './commands/list-caches.ts'
import { listBatchesCommand } from './commands/list-batches.ts'
import { listConversationsCommand } from './commands/list-conversations.ts'
import { listEnginesCommand } from './commands/list-engines.ts'
import { listInferencesCommand } from './commands/list-inferences.ts'
import { listDataKeysCommand } from './commands/list-data-keys.ts'
import { listUnmaskingsCommand } from './commands/list-unmaskings.ts'
import { rotateDataKeyCommand } from './commands/rotate-data-key.ts'
import { shredDataKeyCommand } from './commands/shred-data-key.ts'
import { unmaskConversationCommand } from './commands/unmask-conversation.ts'
import { listKeysCommand } from './commands/list-keys.ts'
import { listQueuesCommand } from './commands/list-queues.ts'
import { listTenantsCommand } from './commands/list-tenants.ts'
import { approveReviewCommand, editReviewCommand, rejectReviewCommand } from './commands/decide-review.ts'
import { listReviewsCommand } from './commands/list-reviews.ts'
import {
  addKnownAnswerCommand,
  listKnownAnswersCommand,
  listReviewersCommand,
  retireKnownAnswerCommand,
  trainReviewerCommand,
} from './commands/manage-reviewers.ts'
import { answerExampleCommand, listExamplesCommand, nextExampleCommand } from './commands/review-examples.ts'
import { exportReviewsCommand, reviewStatsCommand } from './commands/review-stats.ts'
import { nextReviewCommand, showReviewCommand } from './commands/show-review.ts'
import { restartEngineCommand } from './commands/restart-engine.ts'
import { listRevisionsCommand } from './commands/list-revisions.ts'
import { publishConfigCommand } from './commands/publish-config.ts'
import { rollBackConfigCommand } from './commands/roll-back-config.ts'
import { showRevisionCommand } from './commands/show-revision.ts'
import { revokeKeyCommand } from './commands/revoke-key.ts'
import { runDoctorCommand } from './commands/run-doctor.ts'
import { serveCommand } from './commands/serve.ts'
import { listLimitsCommand } from './commands/list-limits.ts'
import { removeLimitsCommand } from './commands/remove-limits.ts'
import { setLimitsCommand } from './commands/set-limits.ts'
import { listPricesCommand } from './commands/list-prices.ts'
import { readBatchResultsCommand } from './commands/read-batch-results.ts'
import { reconcileCostsCommand } from './commands/reconcile-costs.ts'
import { showCostsCommand } from './commands/show-costs.ts'
import { showConversationCommand } from './commands/show-conversation.ts'
import { showInferenceCommand } from './commands/show-inference.ts'
import { showScoresCommand } from './commands/show-scores.ts'
import { showStatusCommand } from './commands/show-status.ts'
import { showTraceCommand } from './commands/show-trace.ts'
import { submitBatchCommand } from './commands/submit-batch.ts'
import { tailInferencesCommand } from './commands/tail-inferences.ts'
import { updateTenantCommand } from './commands/update-tenant.ts'
import { watchBatchCommand } from './commands/watch-batch.ts'
import { addCompletion } from './completion.ts'
import { biasCommands } from './bias-commands.ts'
import { datasetCommands } from './dataset-commands.ts'
import { driftCommands } from './drift-commands.ts'
import { evalCommands } from './eval-commands.ts'
import { modelCommands } from './model-commands.ts'
import { trainCommands } from './train-commands.ts'
import { pipelineCommands } from './pipeline-commands.ts'
import { rolloutCommands } from './rollout-commands.ts'
import { observabilityCommands } from './observability-commands.ts'

const footer = `
The server is found with --url or SLIPWAY_URL (http://127.0.0.1:4000), the key in SLIPWAY_KEY,
SLIPWAY_ADMIN_KEY or the data folder (SLIPWAY_DATA). docs/cli.md has examples and exit codes.`

/** The whole command tree. */
export function createProgram(version: string): Command {
  const program = new Command('slipway')
    .description('Carries a generative-AI prototype into production and keeps it healthy there.')
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print the result as JSON, and errors as JSON on standard error')
    .option('--url <url>', 'the server to ask (SLIPWAY_URL)')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', footer)
    .exitOverride()
    // main.ts says what was wrong, in one form for all errors
    .configureOutput({ outputError: () => {} })
  program.configureHelp({
    // The options of the whole program work everywhere, so every help and every completion has them.
    visibleOptions(this: Help, command: Command): Option[] {
      const own = Help.prototype.visibleOptions.call(this, command)
      const everywhere = program.options.filter(({ long }) => long === '--json' || long === '--url')
      return command === program ? own : [...own, ...everywhere]
    },
  })

  add(program, serveCommand(), chatCommand(), showStatusCommand(), runDoctorCommand())
  add(
    program,
    group(
      'config',
      'Check the configuration, and see and change what is in force on all replicas',
      checkConfigCommand(),
      publishConfigCommand(),
      listRevisionsCommand(),
      showRevisionCommand(),
      rollBackConfigCommand(),
    ),
  )
  add(
    program,
    group('key', 'Make, list and revoke keys', createKeyCommand(), listKeysCommand(), revokeKeyCommand()),
  )
  add(
    program,
    group(
      'tenant',
      'Make, list, change and delete tenants',
      createTenantCommand(),
      listTenantsCommand(),
      updateTenantCommand(),
      deleteTenantCommand(),
    ),
  )
  add(
    program,
    group(
      'inference',
      'See what was asked and answered',
      listInferencesCommand(),
      showInferenceCommand(),
      tailInferencesCommand(),
    ),
  )
  add(
    program,
    group(
      'conversation',
      'See inferences by what they belong to',
      listConversationsCommand(),
      showConversationCommand(),
    ),
  )
  add(program, showTraceCommand(), explainInferenceCommand())
  add(program, add(showCostsCommand(), reconcileCostsCommand()), listPricesCommand())
  add(program, showScoresCommand())
  add(program, add(listCachesCommand(), clearCacheCommand()))
  add(
    program,
    group(
      'guardrails',
      'See policies, what their checks say, and what those in shadow would have done',
      listPoliciesCommand(),
      listVerdictsCommand(),
      listGuardrailChecksCommand(),
      reportGuardrailCommand(),
      listGuardrailReportsCommand(),
    ),
  )
  add(program, add(listLimitsCommand(), setLimitsCommand(), removeLimitsCommand()))
  add(program, modelCommands())
  add(
    program,
    group(
      'engine',
      'See and restart engines, get builds for GPUs',
      listEnginesCommand(),
      restartEngineCommand(),
      installEngineCommand(),
    ),
  )
  add(program, ...datasetCommands())
  add(program, evalCommands())
  add(program, trainCommands(), distilCommand())
  add(program, pipelineCommands(), rolloutCommands())
  add(program, biasCommands(), driftCommands())
  add(program, listQueuesCommand(), ...observabilityCommands())
  add(
    program,
    group(
      'batch',
      'Many calls in one file: submit, follow, cancel, read',
      submitBatchCommand(),
      listBatchesCommand(),
      watchBatchCommand(),
      cancelBatchCommand(),
      readBatchResultsCommand(),
    ),
  )
  add(
    program,
    group(
      'privacy',
      'Keys that content is sealed with, and the way to what is masked',
      add(listDataKeysCommand(), rotateDataKeyCommand(), shredDataKeyCommand()),
      unmaskConversationCommand(),
      listUnmaskingsCommand(),
    ),
  )
  add(
    program,
    group(
      'reviews',
      'What waits for people: see it, decide on it, and how the reviewers do',
      listReviewsCommand(),
      nextReviewCommand(),
      showReviewCommand(),
      approveReviewCommand(),
      rejectReviewCommand(),
      editReviewCommand(),
      reviewStatsCommand(),
      exportReviewsCommand(),
      listReviewersCommand(),
      trainReviewerCommand(),
      group(
        'examples',
        'Questions about rows of data: which label is right, what an example should say',
        listExamplesCommand(),
        nextExampleCommand(),
        answerExampleCommand(),
      ),
      group(
        'known',
        'Items whose right answer is known, which measure reviewers',
        listKnownAnswersCommand(),
        addKnownAnswerCommand(),
        retireKnownAnswerCommand(),
      ),
    ),
  )
  addCompletion(program)
  return program
}

function group(name: string, description: string, ...commands: Command[]): Command {
  const parent = new Command(name).description(description).helpCommand(false)
  return add(parent, ...commands)
}

function add(parent: Command, ...commands: Command[]): Command {
  for (const command of commands) {
    inherit(command, parent)
    parent.addCommand(command)
  }
  return parent
}

/** Commands made apart do not take over how the program reports errors and prints help, unless told to. */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inherit(child, command)
}
