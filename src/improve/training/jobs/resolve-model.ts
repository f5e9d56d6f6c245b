import { Failure, nearestName } from '../../../foundation/platform/index.ts'
import type { Trainer } from '../trainers/trainer.ts'
import type { TrainingContext } from './job-context.ts'
import { findJob } from './job-store.ts'
import { findCheckpoint } from './progress-store.ts'

export interface ResolvedBase {
  readonly trainer: Trainer
  readonly name: string
  readonly path: string | null
}

/** Before the name of a version of the registry, whose files are laid out when the job runs. */
export const registeredPrefix = 'registry:'

type Context = Pick<TrainingContext, 'database' | 'trainers' | 'folders' | 'models'>

/** Which trainer begins with what. Throws `model_not_found` that says what there is, `invalid_request` where it cannot be begun with. */
export async function resolveModel(
  context: Context,
  tenant: string,
  asked: string,
  wantedTrainer: string | undefined,
): Promise<ResolvedBase> {
  const trainers = context.trainers()
  const wanted = wantedTrainer === undefined ? undefined : trainers.get(wantedTrainer)
  if (wantedTrainer !== undefined && !wanted)
    throw new Failure(
      'invalid_request',
      `There is no trainer \`${wantedTrainer}\`; there are ${[...trainers.keys()].join(', ')}.`,
      {
        details: { parameter: 'slipway.trainer' },
      },
    )
  const earlier = /^(ftjob-[0-9a-f]{32})(?::step-(\d{1,9}))?$/.exec(asked)
  if (earlier) return await ofEarlierJob(context, tenant, asked, earlier[1] ?? '', earlier[2])
  const known = [...trainers.values()].filter(trainer => wanted === undefined || trainer === wanted)
  for (const trainer of known)
    for (const [model, path] of trainer.models)
      if (asked === `${trainer.name}/${model}`) return { trainer, name: asked, path }
  const able = known.filter(trainer => trainer.models.has(asked))
  const [only] = able
  if (able.length > 1)
    throw bad(
      `Several trainers know \`${asked}\`: ${able.map(({ name }) => `\`${name}/${asked}\``).join(', ')}. Name one.`,
    )
  if (only) return { trainer: only, name: `${only.name}/${asked}`, path: only.models.get(asked) ?? null }
  const registered = await context.models.find(tenant, asked)
  if (registered) {
    const fitting =
      wanted ??
      known.find(
        ({ isElsewhere, kind, canContinue }) =>
          !isElsewhere && canContinue && (kind === 'builtin') === registered.isGguf,
      )
    if (fitting?.canContinue === true && !fitting.isElsewhere)
      return { trainer: fitting, name: registered.name, path: `${registeredPrefix}${registered.name}` }
    throw bad(`No trainer can begin with \`${registered.name}\`.`)
  }
  const names = known.flatMap(trainer => [...trainer.models.keys()].map(model => `${trainer.name}/${model}`))
  const nearest = nearestName(asked, names)
  throw new Failure(
    'model_not_found',
    `The model \`${asked}\` cannot be fine-tuned here.${nearest === undefined ? '' : ` Did you mean \`${nearest}\`?`} There are ${names.slice(0, 20).join(', ')}.`,
    { details: { parameter: 'model' } },
  )
}

async function ofEarlierJob(
  { database, trainers, folders }: Context,
  tenant: string,
  asked: string,
  id: string,
  step: string | undefined,
): Promise<ResolvedBase> {
  const job = await findJob(database, tenant, id)
  if (!job)
    throw new Failure('model_not_found', `There is no job ${id}.`, { details: { parameter: 'model' } })
  const trainer = trainers().get(job.trainer)
  if (!trainer?.canContinue)
    throw bad(`The trainer \`${job.trainer}\` cannot begin with what a job of its has left.`)
  if (step === undefined && job.state !== 'succeeded')
    throw bad(`The job ${id} is ${job.state} and has left no model. Name a checkpoint: \`${id}:step-N\`.`)
  if (trainer.isElsewhere) return { trainer, name: asked, path: await nameElsewhere() }
  const path = await folders.modelOf(id, step === undefined ? undefined : Number(step))
  if (path === undefined)
    throw bad(`\`${asked}\` does not lie on this machine any more. Begin with a model of the registry.`)
  return { trainer, name: asked, path }

  async function nameElsewhere(): Promise<string> {
    if (step === undefined && job?.artifact?.remote_model !== undefined) return job.artifact.remote_model
    const checkpoint = step === undefined ? undefined : await findCheckpoint(database, id, Number(step))
    if (checkpoint) return checkpoint.model
    throw bad(`The job ${id} has no ${step === undefined ? 'model' : `checkpoint of step ${step}`}.`)
  }
}

function bad(message: string): Failure {
  return new Failure('invalid_request', message, { details: { parameter: 'model' } })
}
