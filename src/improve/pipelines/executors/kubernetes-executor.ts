import type { ExecutorConfig } from '../../../foundation/config/index.ts'
import {
  type ClusterEnd,
  type ClusterParts,
  type ClusterTask,
  concludeInCluster,
  runInCluster,
  workFolder,
} from '../../../foundation/cluster/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import type { StageLimits } from '../stage-kind.ts'
import type { CommandEnd, CommandTask, Executor } from './executor.ts'

type KubernetesExecutorConfig = Extract<ExecutorConfig, { kind: 'kubernetes' }>

const mayLeave = {
  growing: ['metrics.jsonl'],
  folders: [],
  empty: ['inputs', 'outputs', 'tmp'],
  atEnd: ['outputs'],
}
const usualDiskBytes = 10 * 2 ** 30
/** The time of a stage is ours to hold; the cluster holds it where we are gone. */
const deadlineMarginSeconds = 60

export const workFolderOf = (): string => workFolder

const workOf = (work: string): string => `stage/${work}`

/** Runs each command as a Job of a cluster, found again by whoever takes the stage up. */
export function createKubernetesExecutor(
  name: string,
  config: KubernetesExecutorConfig,
  cluster: ClusterParts,
): Executor {
  return {
    folderOf: workFolderOf,
    environment: () => ({}),
    isElsewhere: true,
    cacheBasis(asked) {
      const image = imageOf(name, config, asked)
      const digest = /@sha256:[0-9a-f]{64}$/.exec(image)?.[0]
      return {
        parts: { image: digest ?? image },
        ...(digest === undefined && {
          never: `The image ${image} is named by a tag, behind which it may change: name it by digest (@sha256:…).`,
        }),
      }
    },
    forget: work => concludeInCluster(cluster, workOf(work)),
    async run(task) {
      const { signal } = task
      signal.throwIfAborted()
      const never = new AbortController()
      const end = await runInCluster(cluster, clusterTaskOf(name, config, task), {
        stop: signal,
        leaves: () => signal.reason !== 'cancelled' && signal.reason !== 'timeout',
        lost: never.signal,
        onOutput: text => task.onOutput('out', text),
        say: async (_, message) => task.onNote(message),
        look: async () => undefined,
      })
      const told = endOf(end)
      if (end.kind === 'exited' && !(told.kind === 'exited' && told.code === 0))
        await concludeInCluster(cluster, workOf(task.work))
      return told
    },
  }
}

function clusterTaskOf(name: string, config: KubernetesExecutorConfig, task: CommandTask): ClusterTask {
  const { tenant, folder, secrets, limits } = task
  return {
    work: workOf(task.work),
    tenant,
    folder,
    leaveOut: ['outputs', 'tmp', 'metrics.jsonl'],
    mayLeave,
    mostBytes: limits.diskBytes ?? usualDiskBytes,
    secrets,
    plan: planCommand(name, config, task),
  }
}

/** What a Job of a command is rendered from. */
export function planCommand(
  name: string,
  config: KubernetesExecutorConfig,
  {
    about,
    image,
    command,
    environment,
    limits,
  }: Pick<CommandTask, 'about' | 'image' | 'command' | 'environment' | 'limits'>,
): ClusterTask['plan'] {
  if (limits.cpuSeconds !== undefined)
    throw new Failure(
      'invalid_request',
      '`cpuTime` cannot be held in a cluster: bound `cpu` and `timeout` instead.',
    )
  return {
    component: 'stage',
    about,
    image: imageOf(name, config, image),
    command,
    environment,
    resources: resourcesOf(limits),
    deadlineSeconds: Math.ceil(limits.timeoutMs / 1_000) + deadlineMarginSeconds,
    place: {
      ...config,
      ...(limits.diskBytes !== undefined && { workVolume: mebibytes(limits.diskBytes) }),
    },
    runtime: { kind: 'job' },
  }
}

const mebibytes = (bytes: number): string => `${Math.max(1, Math.ceil(bytes / 2 ** 20))}Mi`

const resourcesOf = ({ cpu, gpus, memoryBytes }: StageLimits): ClusterTask['plan']['resources'] => ({
  ...(cpu !== undefined && { cpu }),
  ...(gpus !== undefined && { gpus }),
  ...(memoryBytes !== undefined && { memory: mebibytes(memoryBytes) }),
  gpuResource: 'nvidia.com/gpu',
  more: {},
})

/** Throws `invalid_request` where there is none, or one that the configuration does not allow. */
function imageOf(name: string, config: KubernetesExecutorConfig, asked: string | undefined): string {
  const image = asked ?? config.image
  if (image === undefined)
    throw new Failure(
      'invalid_request',
      `Name the \`image\` of the command: the executor \`${name}\` has none of its own.`,
    )
  const isAllowed =
    asked === undefined ||
    asked === config.image ||
    config.images.some(one => (one.endsWith('*') ? image.startsWith(one.slice(0, -1)) : image === one))
  if (!isAllowed)
    throw new Failure(
      'invalid_request',
      `The executor \`${name}\` runs no image ${image}; it may be ${config.images.join(', ')}.`,
    )
  return image
}

const killSignal = 128 + 9

function endOf(end: ClusterEnd): CommandEnd {
  switch (end.kind) {
    case 'exited':
      return end.code === killSignal
        ? { kind: 'killed', signal: 'SIGKILL' }
        : { kind: 'exited', code: end.code }
    case 'limit':
      return { kind: 'limit', what: end.what, message: end.message }
    case 'cut':
      return { kind: 'cut', message: end.message }
    case 'refused':
      throw new Failure('upstream_rejected', end.message.slice(0, 2_000))
    case 'stopped':
    case 'left':
      return { kind: 'stopped' }
  }
}
