import { Command } from 'commander'
import type { WorkPlan } from '../../../foundation/cluster/index.ts'
import type { ConfigSnapshot } from '../../../foundation/config/index.ts'
import { CommandError } from '../command-error.ts'
import { readDeclaredFile } from '../declared-file.ts'
import { exitCodes } from '../exit-codes.ts'
import { openSession, type Session } from '../session.ts'

export function printTrainerManifestCommand(): Command {
  return new Command('manifest')
    .description('Print the Job that a trainer in a cluster would be; needs no cluster and no server')
    .argument('<trainer>', 'of `training.trainers`, with `kind: kubernetes`')
    .action(async (name: string, _options: object, command: Command) => {
      const session = openSession(command)
      const { config } = await loadSnapshot(session)
      const trainer = config.training.trainers[name]
      if (trainer?.kind !== 'kubernetes')
        throw new CommandError('no_such_trainer', `\`${name}\` is no trainer with \`kind: kubernetes\`.`, {
          mend: `There are ${namesOf(config.training.trainers)} in ${session.installation.configFile}.`,
        })
      const { declareKubernetes, planTraining } = await import('../../../improve/training/index.ts')
      const declared = declareKubernetes(trainer, () => undefined)
      await print(session, planTraining(declared, { job: 'ftjob-…' }), Object.keys(declared.secrets))
    })
}

export function printStageManifestCommand(): Command {
  return new Command('manifest')
    .description('Print the Job that a stage in a cluster would be; needs no cluster and no server')
    .argument('<file>', 'the YAML of a pipeline')
    .argument('<stage>', 'a command with an `executor`')
    .action(async (file: string, stage: string, _options: object, command: Command) => {
      const session = openSession(command)
      const text = await readDeclaredFile(file, 'Name the YAML of a pipeline.')
      const { config } = await loadSnapshot(session)
      const { planStage } = await import('../../../improve/pipelines/index.ts')
      const { plan, secretNames } = planStage(text, file, stage, config.pipelines)
      await print(session, plan, secretNames)
    })
}

async function print({ terminal }: Session, plan: WorkPlan, secretNames: readonly string[]): Promise<void> {
  const { renderManifest } = await import('../../../foundation/cluster/index.ts')
  const { stringify } = await import('yaml')
  const objects = renderManifest(plan, secretNames)
  if (terminal.isJson) return terminal.printJson(objects)
  terminal.print(objects.map(object => stringify(object, { aliasDuplicateObjects: false })).join('---\n'))
}

/** Of the file on this machine; secrets are not read. */
async function loadSnapshot({ installation }: Session): Promise<ConfigSnapshot> {
  const { parseConfig } = await import('../../../foundation/config/index.ts')
  const { checkCatalogue: checks } = await import('../../../serve/guardrails/index.ts')
  const file = installation.configFile
  const text = await readDeclaredFile(file, 'Set SLIPWAY_CONFIG, or go where slipway.yaml is.')
  const parsed = parseConfig(text, file, process.env, { isWithoutSecrets: true, checks })
  if ('snapshot' in parsed) return parsed.snapshot
  throw new CommandError('invalid_configuration', `${file} is not in order.`, {
    mend: 'Run `slipway config check`.',
    exitCode: exitCodes.badInput,
  })
}

const namesOf = (trainers: object): string => Object.keys(trainers).join(', ') || 'none'
