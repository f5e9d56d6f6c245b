import { declarationReader, type PipelinesConfig } from '../../../foundation/config/index.ts'
import type { ClusterTask } from '../../../foundation/cluster/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { pipelineSchema } from '../declaration/pipeline-schema.ts'
import { commandParameters, environmentOf } from '../kinds/command.ts'
import { limitsOf } from '../runs/stage-limits.ts'
import { planCommand, workFolderOf } from './kubernetes-executor.ts'

/**
 * What a stage of a pipeline would be in a cluster, without one; expressions stay as they are written. Throws `invalid_request`
 * where the text or the stage is none, or is not for a cluster.
 */
export function planStage(
  text: string,
  file: string,
  name: string,
  settings: PipelinesConfig,
): { readonly plan: ClusterTask['plan']; readonly secretNames: readonly string[] } {
  const read = declarationReader({ schema: pipelineSchema, page: 'docs/pipelines.md' })(text, file)
  if ('problems' in read)
    throw new Failure(
      'invalid_request',
      read.problems.map(({ line, message }) => `Line ${line}: ${message}`).join(' '),
    )
  const { pipeline, stages } = read.value
  const stage = stages[name]
  if (!stage)
    throw new Failure(
      'invalid_request',
      `${file} has no stage \`${name}\`; it has ${Object.keys(stages).join(', ')}.`,
    )
  const parameters = commandParameters.safeParse(stage.with)
  const executor = parameters.data?.executor
  const config = executor === undefined ? undefined : settings.executors[executor]
  if (stage.use !== 'command' || !parameters.success || executor === undefined || !config)
    throw new Failure(
      'invalid_request',
      `The stage \`${name}\` is no command with an \`executor\` of the configuration (${Object.keys(settings.executors).join(', ') || 'it has none'}).`,
    )
  const about = { pipeline, run: 'RUN', stage: name }
  const context = {
    parameters: parameters.data,
    runId: about.run,
    stage: name,
    stableId: (purpose: string) => `(an id for ${purpose})`,
  }
  return {
    plan: planCommand(executor, config, {
      about,
      image: parameters.data.image,
      command: parameters.data.command,
      environment: environmentOf(context, { folderOf: workFolderOf, environment: () => ({}) }, ''),
      limits: limitsOf(stage, settings),
    }),
    secretNames: stage.secrets,
  }
}
