import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ClusterPlace, PodResources, TrainerConfig } from '../../../../foundation/config/index.ts'
import {
  cancelInCluster,
  type ClusterEnd,
  type ClusterParts,
  type ClusterTask,
  concludeInCluster,
  type JobRuntime,
  runInCluster,
  workFolder,
} from '../../../../foundation/cluster/index.ts'
import { trainerFiles, type TrainerSpec, type TrainingMethod } from '../contract.ts'
import { createLook, explainEnd, listCheckpoints } from '../process/run-process.ts'
import type { Trainer, TrainerEnd, TrainerTask, TrainerWatch } from '../trainer.ts'
import { appendLog } from './append-log.ts'

/** A trainer of the configuration that runs in a cluster. */
export interface DeclaredKubernetes {
  readonly place: ClusterPlace
  readonly runtime: JobRuntime
  readonly image: string
  readonly command: readonly string[]
  readonly resources: PodResources
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  readonly models: Readonly<Record<string, string>>
  readonly methods: readonly TrainingMethod[]
  readonly hasAdapters: boolean
  readonly canContinue: boolean
  readonly timeoutMinutes: number
  readonly attempts: number
}

type KubernetesTrainerConfig = Extract<TrainerConfig, { kind: 'kubernetes' }>

/** A trainer as the configuration declares it; `secret` knows the values of secret variables. */
export function declareKubernetes(
  config: KubernetesTrainerConfig,
  secret: (variable: string) => string | undefined,
): DeclaredKubernetes {
  const variables = Object.entries(config.environment ?? {})
  const { trainingRuntime } = config
  return {
    ...config,
    place: config,
    runtime: trainingRuntime
      ? { kind: 'trainjob', runtime: trainingRuntime.name, runtimeKind: trainingRuntime.kind }
      : { kind: 'job' },
    environment: Object.fromEntries(
      variables.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
    secrets: Object.fromEntries(
      variables.flatMap(([name, value]) => (typeof value === 'string' ? [] : [[name, secret(name) ?? '']])),
    ),
  }
}

const mayLeave = {
  growing: [trainerFiles.metrics],
  folders: [trainerFiles.checkpoints],
  empty: ['tmp'],
  atEnd: [trainerFiles.artifacts, trainerFiles.error],
}

const workOf = (job: string): string => `training/${job}`

/** The same contract as a command on this machine, in a container of a cluster. */
export function createKubernetesTrainer(
  name: string,
  declared: DeclaredKubernetes,
  cluster: ClusterParts,
): Trainer {
  return {
    name,
    kind: 'kubernetes',
    methods: declared.methods,
    models: new Map(Object.entries(declared.models)),
    modelsAreElsewhere: true,
    canContinue: declared.canContinue,
    hasAdapters: declared.hasAdapters,
    attempts: declared.attempts,
    isElsewhere: false,
    run: (task, watch) => run(declared, cluster, task, watch),
    async cancel({ job }) {
      await cancelInCluster(cluster, workOf(job))
    },
  }
}

async function run(
  declared: DeclaredKubernetes,
  cluster: ClusterParts,
  task: TrainerTask,
  watch: TrainerWatch,
): Promise<TrainerEnd> {
  const { folder, job } = task
  // from here on a cancelled job is ended in the cluster, whoever holds it then
  await watch.keepHandle({ work: workOf(job) })
  await mkdir(path.join(folder, trainerFiles.checkpoints), { recursive: true })
  await rm(path.join(folder, trainerFiles.artifacts), { recursive: true, force: true })
  await rm(path.join(folder, trainerFiles.error), { force: true })
  await layOutSpec(declared, task)
  const log = await appendLog(path.join(folder, trainerFiles.log))
  let end: ClusterEnd
  try {
    end = await runInCluster(cluster, await taskOf(declared, task), {
      stop: watch.stop,
      leaves: () => watch.stop.reason === 'shutdown' || watch.lost.aborted,
      lost: watch.lost,
      onOutput: log.write,
      say: (level, message, key) => watch.say(level, message, key),
      look: createLook(folder, watch),
    })
  } finally {
    await log.close()
  }
  const told = await endOf(end, folder, declared, watch)
  // a model that is done is published from its files, also by who comes after us
  if (end.kind === 'exited' && told.kind !== 'done') await concludeInCluster(cluster, workOf(job))
  return told
}

/** A base on this machine is carried along; what `models` names lies in the image or on a volume. */
async function layOutSpec({ models }: DeclaredKubernetes, { folder, spec }: TrainerTask): Promise<void> {
  const { path: place } = spec.base
  if (place === null || !path.isAbsolute(place) || Object.values(models).includes(place)) return
  let relative = path.relative(folder, place)
  if (relative.startsWith('..')) {
    relative = path.join('base', path.basename(place))
    await cp(place, path.join(folder, relative), { recursive: true })
  }
  const carried: TrainerSpec = { ...spec, base: { ...spec.base, path: relative } }
  await writeFile(path.join(folder, trainerFiles.spec), `${JSON.stringify(carried, null, 2)}\n`, {
    mode: 0o600,
  })
}

async function taskOf(
  declared: DeclaredKubernetes,
  { job, tenant, folder, spec }: TrainerTask,
): Promise<ClusterTask> {
  const earlier = (await listCheckpoints(folder)).slice(0, -1)
  return {
    work: workOf(job),
    tenant,
    folder,
    leaveOut: [
      trainerFiles.log,
      trainerFiles.metrics,
      'process.json',
      ...earlier.map(step => `${trainerFiles.checkpoints}/step-${step}`),
    ],
    mayLeave,
    mostBytes: mostBytesOf(declared.place),
    secrets: declared.secrets,
    plan: planTraining(declared, { job, tenant, base: spec.base.name }),
  }
}

/** What a Job of a trainer is rendered from. */
export function planTraining(
  { place, runtime, image, command, resources, environment, timeoutMinutes }: DeclaredKubernetes,
  about: Readonly<Record<string, string>>,
): ClusterTask['plan'] {
  return {
    component: 'training',
    about,
    image,
    command: [...command, workFolder],
    environment: { ...environment, HOME: workFolder, TMPDIR: `${workFolder}/tmp` },
    resources,
    deadlineSeconds: timeoutMinutes * 60,
    place,
    runtime,
  }
}

const units = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const
/** Each checkpoint counts, while the volume holds some of them. */
const volumesLeft = 50

function mostBytesOf({ workVolume }: ClusterPlace): number {
  const unit = workVolume.slice(-2) as keyof typeof units
  return Number(workVolume.slice(0, -2)) * units[unit] * volumesLeft
}

async function endOf(
  end: ClusterEnd,
  folder: string,
  { timeoutMinutes }: DeclaredKubernetes,
  watch: TrainerWatch,
): Promise<TrainerEnd> {
  switch (end.kind) {
    case 'exited':
      return await explainEnd(folder, end.code, watch.stop.aborted)
    case 'limit':
      if (end.what === 'time')
        return {
          kind: 'failed',
          code: 'timeout',
          message: `The training took longer than the ${timeoutMinutes} minutes that it may take.`,
        }
      return { kind: 'failed', code: `over_${end.what}`, message: end.message }
    case 'refused':
      return { kind: 'failed', code: 'cluster_refused', message: end.message.slice(0, 2_000) }
    case 'cut':
      return { kind: 'again', message: end.message.slice(0, 1_900) }
    case 'stopped':
    case 'left':
      return { kind: 'stopped' }
  }
}
