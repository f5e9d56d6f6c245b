import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { trainerFiles, type TrainerSpec } from '../contract.ts'
import type { Trainer, TrainerEnd, TrainerTask, TrainerWatch } from '../trainer.ts'
import {
  createFineTuningApi,
  type FineTuningApi,
  type ProviderAddress,
  ProviderFault,
  type RemoteJob,
} from './fine-tuning-api.ts'
import { createMirror, mirrorResults } from './mirror-progress.ts'
import { writeUpload } from './write-upload.ts'

export interface DeclaredProvider {
  /** Of the configuration in force, with its key. */
  readonly address: ProviderAddress
  readonly models: readonly string[]
  readonly methods: readonly ('supervised' | 'dpo')[]
  readonly pollSeconds: number
  readonly timeoutMinutes: number
  readonly attempts: number
}

/** What is remembered of a job elsewhere. */
const handleSchema = z.object({
  train: z.string().optional(),
  validation: z.string().optional(),
  job: z.string().optional(),
})
type Handle = z.output<typeof handleSchema>

/** Under which a job elsewhere names ours, so that it is found again. */
const metadataKey = 'slipway_job'
const longestPollMs = 60_000
const longestOutageMs = 3_600_000
/** Of the request, and ours to say. */
const ours = [
  'model',
  'training_file',
  'validation_file',
  'method',
  'seed',
  'suffix',
  'metadata',
  'hyperparameters',
]

/** Has others train: any API that is shaped like OpenAI's fine-tuning API. The data leave this installation. */
export function createProviderTrainer(name: string, declared: DeclaredProvider): Trainer {
  const { address, pollSeconds, timeoutMinutes } = declared
  const api = createFineTuningApi(address)

  async function run(task: TrainerTask, watch: TrainerWatch): Promise<TrainerEnd> {
    try {
      const handle = await handOver(api, task, watch)
      await goOn(handle.job, watch)
      return await follow(handle, task, watch)
    } catch (error) {
      if (watch.lost.aborted || watch.stop.aborted) return { kind: 'stopped' }
      if (error instanceof ProviderFault) return endOf(error)
      throw error
    }
  }

  async function follow(
    handle: Handle & { job: string },
    task: TrainerTask,
    watch: TrainerWatch,
  ): Promise<TrainerEnd> {
    const mirror = createMirror(api, address.name, watch)
    const endsAt = Date.now() + timeoutMinutes * 60_000
    let outageSince: number | undefined
    let waitMs = pollSeconds * 1_000
    for (;;) {
      if (watch.stop.aborted) return await leave(handle.job, watch)
      try {
        const job = await api.job(handle.job, watch.lost)
        const isNew = await mirror(handle.job)
        outageSince = undefined
        if (job.status === 'succeeded' || job.status === 'failed' || job.status === 'cancelled') {
          const end = await conclude(job, task, watch)
          await forgetFiles(handle, watch)
          return end
        }
        waitMs = isNew ? pollSeconds * 1_000 : Math.min(longestPollMs, waitMs * 1.5)
      } catch (error) {
        if (!(error instanceof ProviderFault) || !error.isPassing) throw error
        outageSince ??= Date.now()
        if (Date.now() - outageSince > longestOutageMs) throw error
        await watch.say('warn', `${error.message} It is asked again.`, `outage-${outageSince}`)
        waitMs = Math.min(longestPollMs, waitMs * 2)
      }
      if (Date.now() > endsAt) {
        await api.move(handle.job, 'cancel', watch.lost)
        return {
          kind: 'failed',
          code: 'timeout',
          message: `The provider took longer than the ${timeoutMinutes} minutes that it may take.`,
        }
      }
      await sleep(waitMs, undefined, { signal: watch.stop }).catch(() => undefined)
    }
  }

  /** What we have paused there goes on when ours does. */
  async function goOn(jobId: string, watch: TrainerWatch): Promise<void> {
    const { status } = await api.job(jobId, watch.lost)
    if (status === 'paused') await api.move(jobId, 'resume', watch.lost)
  }

  /** Where somebody pauses or cancels, the provider is asked to pause; whoever cancels ends it there afterwards. */
  async function leave(jobId: string, watch: TrainerWatch): Promise<TrainerEnd> {
    if (watch.stop.reason === 'moved' && !watch.lost.aborted)
      await api.move(jobId, 'pause', watch.lost).catch((error: unknown) => {
        // not all can; a job that goes on there is followed again when ours does
        if (!(error instanceof ProviderFault)) throw error
      })
    return { kind: 'stopped' }
  }

  async function conclude(job: RemoteJob, { folder }: TrainerTask, watch: TrainerWatch): Promise<TrainerEnd> {
    if (job.status === 'cancelled')
      return failed('cancelled_elsewhere', `The job was cancelled at the provider \`${address.name}\`.`)
    if (job.status === 'failed' || job.fine_tuned_model === null || job.fine_tuned_model === undefined)
      return {
        ...failed(
          job.error?.code ?? 'provider_failed',
          `The provider \`${address.name}\` says: ${job.error?.message?.slice(0, 1_500) ?? 'nothing about why it failed.'}`,
        ),
        param: job.error?.param ?? undefined,
      }
    await mirrorResults(api, job, watch).catch(async (error: unknown) => {
      if (!(error instanceof ProviderFault)) throw error
      await watch.say(
        'warn',
        `Its result file cannot be read, so that the curve has gaps: ${error.message}`,
        'results',
      )
    })
    const files = path.join(folder, trainerFiles.artifacts)
    const artifact = {
      format: 'remote',
      remote_model: job.fine_tuned_model,
      ...(typeof job.trained_tokens === 'number' && {
        trained_tokens: Math.max(0, Math.round(job.trained_tokens)),
      }),
    } as const
    await mkdir(files, { recursive: true })
    await writeFile(
      path.join(files, trainerFiles.artifact),
      `${JSON.stringify({ ...artifact, provider: address.name, remote_job: job.id }, null, 2)}\n`,
    )
    return { kind: 'done', artifact, files }
  }

  /** The provider needs the data no more. */
  async function forgetFiles(handle: Handle, watch: TrainerWatch): Promise<void> {
    for (const file of [handle.train, handle.validation])
      if (file !== undefined)
        await api.deleteFile(file, watch.lost).catch(async (error: unknown) => {
          if (!(error instanceof ProviderFault) || error.status === 404) return
          await watch.say(
            'warn',
            `The file ${file} was not deleted at the provider: ${error.message}`,
            `file-${file}`,
          )
        })
  }

  function endOf(fault: ProviderFault): TrainerEnd {
    if (fault.isPassing) return { kind: 'again', message: fault.message }
    if (fault.status === 401 || fault.status === 403)
      return failed('provider_refused', `${fault.message} Look at \`providers.${address.name}.apiKey\`.`)
    return { ...failed(fault.code ?? 'provider_refused', fault.message), param: fault.param }
  }

  return {
    name,
    kind: 'provider',
    methods: declared.methods,
    models: new Map(declared.models.map(model => [model, model])),
    canContinue: true,
    hasAdapters: false,
    attempts: declared.attempts,
    isElsewhere: true,
    check: checkSpec,
    run,
    async cancel({ job, handle }) {
      const limit = AbortSignal.timeout(30_000)
      const known = handleSchema.safeParse(handle).data ?? {}
      const jobId = known.job ?? (await api.findJob([metadataKey, job], limit))?.id
      if (jobId !== undefined)
        await api.move(jobId, 'cancel', limit).catch(async (error: unknown) => {
          if (!(error instanceof ProviderFault) || error.isPassing) throw error
          // it had ended by then, or is not there any more
          if (error.status === 404) return
          const { status } = await api.job(jobId, limit)
          if (!['succeeded', 'failed', 'cancelled'].includes(status)) throw error
        })
      for (const { id } of await api.findFiles(filePrefix(job), limit))
        await api.deleteFile(id, limit).catch((error: unknown) => {
          if (!(error instanceof ProviderFault) || error.isPassing) throw error
        })
    },
  }
}

/** The API knows neither steps nor rates nor adapters: what it would ignore is refused. */
function checkSpec(spec: TrainerSpec): { message: string; param: string } | undefined {
  const { steps, learning_rate: rate } = spec.hyperparameters
  const no = 'is nothing that the fine-tuning API of a provider takes.'
  if (steps !== null) return { param: 'slipway.steps', message: `\`steps\` ${no} Use \`n_epochs\`.` }
  if (rate !== null)
    return {
      param: 'slipway.learning_rate',
      message: `\`learning_rate\` ${no} Use \`learning_rate_multiplier\`.`,
    }
  if (spec.early_stopping) return { param: 'slipway.early_stopping', message: `\`early_stopping\` ${no}` }
  if (spec.checkpoint_every_steps !== null || spec.evaluate_every_steps !== null)
    return {
      param: 'slipway',
      message: `\`checkpoint_every_steps\` and \`evaluate_every_steps\` are the provider’s to choose.`,
    }
  const taken = Object.keys(spec.options).find(option => ours.includes(option))
  return taken === undefined
    ? undefined
    : { param: `slipway.options.${taken}`, message: `\`${taken}\` is a parameter of the job itself.` }
}

/** Gives the provider data and job, each once however often it is tried. */
async function handOver(
  api: FineTuningApi,
  { spec, folder, job, suffix, handle: known }: TrainerTask,
  watch: TrainerWatch,
): Promise<Handle & { job: string }> {
  let handle: Handle = handleSchema.safeParse(known).data ?? {}
  if (handle.job !== undefined) return { ...handle, job: handle.job }
  const keep = async (more: Handle): Promise<void> => {
    handle = { ...handle, ...more }
    await watch.keepHandle(handle)
    watch.stop.throwIfAborted()
  }
  // from here on there may be something to end there
  await keep({})
  const give = async (part: 'train' | 'validation', place: string): Promise<string> => {
    const { file, hasWeights } = await writeUpload(path.join(folder, place))
    if (hasWeights) await watch.say('warn', 'The API has no weights of examples: all count alike.', 'weights')
    const filename = `${filePrefix(job)}${part}.jsonl`
    const [there] = await api.findFiles(filename, watch.lost)
    return there?.id ?? (await api.upload(file, filename, watch.lost))
  }
  const train = handle.train ?? (await give('train', spec.data.train))
  await keep({ train })
  if (spec.data.validation !== null)
    await keep({ validation: handle.validation ?? (await give('validation', spec.data.validation)) })
  const made =
    (await api.findJob([metadataKey, job], watch.lost)) ??
    (await api.createJob(requestOf({ spec, suffix, job }, train, handle.validation), job, watch.lost))
  await keep({ job: made.id })
  await watch.say('info', `The provider has it as ${made.id}.`, `given-${made.id}`)
  return { ...handle, job: made.id }
}

const filePrefix = (job: string): string => `slipway-${job}-`

function requestOf(
  { spec, suffix, job }: Pick<TrainerTask, 'spec' | 'suffix' | 'job'>,
  train: string,
  validation: string | undefined,
): object {
  const { epochs, batch_size: batch, learning_rate_multiplier: rate, beta } = spec.hyperparameters
  const hyperparameters = {
    n_epochs: epochs ?? 'auto',
    batch_size: batch ?? 'auto',
    // 1 is what a job has that does not say it
    learning_rate_multiplier: rate === 1 ? 'auto' : rate,
  }
  return {
    ...spec.options,
    model: spec.base.path,
    training_file: train,
    ...(validation !== undefined && { validation_file: validation }),
    seed: spec.seed,
    suffix: suffix.replaceAll(/[^A-Za-z0-9-]+/g, '-').slice(0, 40),
    metadata: { [metadataKey]: job },
    method:
      spec.method === 'dpo'
        ? { type: 'dpo', dpo: { hyperparameters: { ...hyperparameters, ...(beta !== null && { beta }) } } }
        : { type: 'supervised', supervised: { hyperparameters } },
  }
}

function failed(code: string, message: string): Extract<TrainerEnd, { kind: 'failed' }> {
  return { kind: 'failed', code: code.slice(0, 100), message }
}
