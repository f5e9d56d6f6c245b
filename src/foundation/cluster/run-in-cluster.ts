import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, type Logger } from '../platform/index.ts'
import type { ClusterJob, MayLeave } from './exchange/exchange-store.ts'
import type { Exchange } from './exchange/exchange.ts'
import { createMirror, type Mirror } from './exchange/mirror-files.ts'
import { exchangePrefix } from './exchange/serve-exchange.ts'
import { type JobPlan, jobLabel } from './job-plan.ts'
import type { KubernetesClient } from './kubernetes/kubernetes-client.ts'
import { type JobObject, type PodObject, type Resource, resources } from './kubernetes/objects.ts'
import { followOutput } from './follow-output.ts'
import { type PodNews, readJob, readPod } from './read-pod.ts'
import { renderJob, renderSecret } from './render-job.ts'

/** Work for a cluster: a command over a folder that lies on this machine. */
export interface ClusterTask {
  /** What it is for, the same however often it is taken up: one Job is made for it. */
  readonly work: string
  readonly tenant: string
  readonly folder: string
  /** Names in the folder that pods need not have. */
  readonly leaveOut: readonly string[]
  readonly mayLeave: MayLeave
  readonly mostBytes: number
  readonly secrets: Readonly<Record<string, string>>
  readonly plan: WorkPlan
}

/** What a Job is rendered from, before it has a name. */
export type WorkPlan = Omit<JobPlan, 'name' | 'namespace' | 'exchange' | 'secretNames'>

export interface ClusterWatch {
  /** Aborts where the work shall end in order. */
  readonly stop: AbortSignal
  /** Asked when `stop` aborts: whether the Job goes on without us, for the next who takes the work up. */
  readonly leaves: () => boolean
  /** Aborts where nothing may be told any more; the Job goes on. */
  readonly lost: AbortSignal
  onOutput(text: string): void
  /** `key`: the same is told once. */
  say(level: 'info' | 'warn', message: string, key: string): Promise<void>
  /** Called when files may have come into the folder. */
  look(): Promise<void>
}

export type ClusterEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'limit'; readonly what: 'memory' | 'disk' | 'time'; readonly message: string }
  /** The work did not fail: it was cut off. */
  | { readonly kind: 'cut'; readonly message: string }
  /** The cluster will not run it until somebody mends something. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'stopped' }
  /** The Job runs on, for the next who takes the work up. */
  | { readonly kind: 'left' }

/** What happens to Jobs, for whoever counts it or writes it down. */
export type ClusterChange = {
  /** The Job in its namespace. */
  readonly name: string
  readonly namespace: string
  readonly tenant: string
  /** `training`, `stage`. */
  readonly component: string
  readonly about: Readonly<Record<string, string>>
} & (
  | { readonly kind: 'watched' | 'made' | 'found' }
  /** This server watches it no more; where it was left it runs on. Without an outcome something broke here. */
  | { readonly kind: 'over'; readonly outcome: ClusterEnd['kind'] | undefined }
)

export interface ClusterParts {
  readonly exchange: Exchange
  readonly onChange: (change: ClusterChange) => void
  readonly logger: Logger
  /** Where a file lies that the configuration names. */
  readonly fileAt: (file: string) => string
  /** The same for the same cluster. */
  readonly clientOf: (place: Pick<JobPlan['place'], 'kubeconfig' | 'context'>) => KubernetesClient
}

const lookMs = 500
/** How long a cluster that cannot be reached is waited for to begin with. */
const beginMs = 30 * 60_000
const beginPauseMs = 5_000
const keepTokensMs = 60_000
/** How long the pod of an ended Job, or what it brings, is waited for. */
const lastWordMs = 30_000

export const resourceOf = ({ runtime }: Pick<JobPlan, 'runtime'>): Resource =>
  runtime.kind === 'job' ? resources.job : resources.trainJob

/** A Job as it is made for a task, to be shown. */
export function planOf(task: Pick<ClusterTask, 'plan' | 'secrets'>, name: string, id: string): JobPlan {
  const { place } = task.plan
  return {
    ...task.plan,
    name,
    namespace: place.namespace,
    secretNames: Object.keys(task.secrets),
    exchange: `${place.serverUrl.replace(/\/+$/, '')}${exchangePrefix}${id}`,
  }
}

/**
 * Has a cluster do the work: finds the Job that an earlier server began, or makes it, and watches until it has ended, laying what it
 * leaves into the folder. Throws where this server is at fault (its storage, its database); the Job then goes on.
 */
export async function runInCluster(
  parts: ClusterParts,
  task: ClusterTask,
  watch: ClusterWatch,
): Promise<ClusterEnd> {
  const { exchange } = parts
  const { work, tenant, mayLeave, mostBytes, plan } = task
  const job = await exchange.open({ work, tenant, mayLeave, mostBytes, place: placeOf(plan) })
  if (job.exitCode !== undefined) {
    await createMirror(exchange, job, task.folder).pull()
    await watch.look()
    return { kind: 'exited', code: job.exitCode }
  }
  await exchange.keep(job)
  const run = new Run(parts, task, watch, job)
  const about = changeOf(task, job)
  parts.onChange({ ...about, kind: 'watched' })
  let outcome: ClusterEnd['kind'] | undefined
  try {
    const end = await watchToEnd(parts, job, run)
    outcome = end.kind
    return end
  } finally {
    parts.onChange({ ...about, kind: 'over', outcome })
  }
}

const changeOf = ({ plan, tenant }: Pick<ClusterTask, 'plan' | 'tenant'>, { name }: ClusterJob) => ({
  name,
  namespace: plan.place.namespace,
  tenant,
  component: plan.component,
  about: plan.about,
})

async function watchToEnd(parts: ClusterParts, job: ClusterJob, run: Run): Promise<ClusterEnd> {
  const { exchange } = parts
  try {
    const end = await run.toItsEnd()
    if (end.kind === 'exited') await exchange.end(job, end.code)
    else if (end.kind !== 'left') await exchange.conclude(job)
    return end
  } catch (error) {
    if (!(error instanceof Failure) || !isOfCluster(error)) throw error
    // what may pass is tried again by who asked; the Job, if there is one, is found then
    if (error.kind.isRetryable) return { kind: 'cut', message: error.message }
    await endRefused(parts, job)
    return { kind: 'refused', message: error.message }
  }
}

/** A right may be wanting after the Job was made: it must not hold a node that nobody watches. */
async function endRefused(parts: ClusterParts, job: ClusterJob): Promise<void> {
  try {
    await endForgotten(parts, job)
  } catch (error) {
    if (!(error instanceof Failure) || !isOfCluster(error)) throw error
    parts.logger.warn({ err: error, job: job.name }, 'A Job that was refused cannot be ended for now.')
  }
}

/** How an `exited` work ended is written down: the same work would be another Job from now on. */
export async function concludeInCluster(
  { exchange }: Pick<ClusterParts, 'exchange'>,
  work: string,
): Promise<void> {
  const job = await exchange.find(work)
  if (job) await exchange.conclude(job)
}

/** Ends the Job of work that nobody watches; true where there was one. */
export async function cancelInCluster(parts: ClusterParts, work: string): Promise<boolean> {
  const job = await parts.exchange.find(work)
  if (job) await endForgotten(parts, job)
  return job !== undefined
}

export async function endForgotten({ exchange, clientOf }: ClusterParts, job: ClusterJob): Promise<void> {
  const { namespace, isTrainJob } = job.place
  const resource = isTrainJob ? resources.trainJob : resources.job
  if (job.exitCode === undefined) await clientOf(job.place).delete(resource, namespace, job.name)
  await exchange.conclude(job)
}

const placeOf = ({ place, runtime }: ClusterTask['plan']) => ({
  kubeconfig: place.kubeconfig,
  context: place.context,
  namespace: place.namespace,
  isTrainJob: runtime.kind === 'trainjob',
})

const isOfCluster = ({ code }: Failure): boolean =>
  code.startsWith('upstream_') ||
  code === 'conflict' ||
  code === 'not_found' ||
  code === 'invalid_configuration'

class Run {
  readonly #parts: ClusterParts
  readonly #task: ClusterTask
  readonly #watch: ClusterWatch
  readonly #job: ClusterJob
  readonly #plan: JobPlan
  readonly #client: KubernetesClient
  readonly #mirror: Mirror
  /** Ends what follows the cluster. */
  readonly #over = new AbortController()
  #object: JobObject | undefined
  #isSeen = false
  #pods: readonly PodObject[] = []
  #trouble: Error | undefined
  #stuckSince: number | undefined
  #told = ''

  constructor(parts: ClusterParts, task: ClusterTask, watch: ClusterWatch, job: ClusterJob) {
    this.#parts = parts
    this.#task = task
    this.#watch = watch
    this.#job = job
    this.#plan = planOf(task, job.name, job.id)
    this.#client = parts.clientOf(task.plan.place)
    this.#mirror = createMirror(parts.exchange, job, task.folder)
  }

  async toItsEnd(): Promise<ClusterEnd> {
    if (this.#watch.stop.aborted && this.#watch.leaves()) return { kind: 'left' }
    if (!(await this.#beginPatiently())) return this.#watch.leaves() ? { kind: 'left' } : await this.#stop()
    const following = [this.#followJob(), this.#followPods(), this.#followOutput()]
    try {
      return await this.#untilEnd()
    } finally {
      this.#over.abort()
      await Promise.allSettled(following)
    }
  }

  /** A cluster that is away for a while is waited for; false where we are told to end meanwhile. */
  async #beginPatiently(): Promise<boolean> {
    const since = performance.now()
    for (;;)
      try {
        await this.#begin()
        return true
      } catch (error) {
        const mayPass = error instanceof Failure && isOfCluster(error) && error.kind.isRetryable
        if (!mayPass || performance.now() - since > beginMs) throw error
        await this.#watch.say('warn', error.message, `away-${error.code}`)
        await sleep(beginPauseMs, undefined, { signal: this.#watch.stop }).catch(() => undefined)
        if (this.#watch.stop.aborted) return false
      }
  }

  async #begin(): Promise<void> {
    const { exchange } = this.#parts
    const { namespace, name } = this.#plan
    const resource = resourceOf(this.#plan)
    let found = await this.#client.get<JobObject>(resource, namespace, name)
    if (found) {
      await this.#watch.say('info', `The Job ${name} was found again.`, `found-${name}`)
      this.#parts.onChange({ ...changeOf(this.#task, this.#job), kind: 'found' })
    } else {
      await exchange.offer(this.#job, this.#task.folder, this.#task.leaveOut)
      const made = await this.#client.createIfAbsent<JobObject>(resource, namespace, renderJob(this.#plan))
      found = made.object ?? (await this.#client.get<JobObject>(resource, namespace, name))
      await this.#watch.say('info', `The Job ${name} was made in the namespace ${namespace}.`, `made-${name}`)
      this.#parts.onChange({ ...changeOf(this.#task, this.#job), kind: 'made' })
    }
    if (!found) throw new Failure('upstream_error', `The Job ${name} was made and is gone.`)
    if (readJob(found) !== undefined) return
    const { serverCa } = this.#plan.place
    await this.#client.createIfAbsent(
      resources.secret,
      namespace,
      renderSecret(this.#plan, found, {
        token: await exchange.grant(this.#job),
        courier: await readFile(new URL('./exchange/courier.mjs', import.meta.url), 'utf8'),
        ca: serverCa === undefined ? undefined : await readFile(this.#parts.fileAt(serverCa), 'utf8'),
        variables: this.#task.secrets,
      }),
    )
  }

  #following(resource: Resource) {
    return {
      resource,
      options: {
        labelSelector: `${jobLabel}=${this.#plan.name}`,
        signal: this.#over.signal,
        onTrouble: (failure: Failure) => {
          this.#parts.logger.warn(
            { err: failure, job: this.#plan.name },
            'A cluster cannot be watched for now.',
          )
        },
      },
    }
  }

  async #followJob(): Promise<void> {
    const { resource, options } = this.#following(resourceOf(this.#plan))
    try {
      for await (const [object] of this.#client.follow<JobObject>(resource, this.#plan.namespace, options)) {
        this.#object = object
        this.#isSeen = true
      }
    } catch (error) {
      this.#trouble ??= error as Error
    }
  }

  async #followPods(): Promise<void> {
    const { resource, options } = this.#following(resources.pod)
    try {
      for await (const pods of this.#client.follow<PodObject>(resource, this.#plan.namespace, options))
        this.#pods = pods.toSorted((left, right) => timeOf(left).localeCompare(timeOf(right)))
    } catch (error) {
      this.#trouble ??= error as Error
    }
  }

  #followOutput(): Promise<void> {
    return followOutput({
      client: this.#client,
      namespace: this.#plan.namespace,
      container: containerOf(this.#plan),
      pod: () => this.#newestPod(),
      signal: this.#over.signal,
      onOutput: text => this.#watch.onOutput(text),
    })
  }

  /** A Job that was suspended and let go again has pods one after the other. */
  #newestPod(): PodObject | undefined {
    return this.#pods.findLast(pod => pod.metadata.deletionTimestamp === undefined) ?? this.#pods.at(-1)
  }

  async #untilEnd(): Promise<ClusterEnd> {
    const { exchange } = this.#parts
    const { stop, lost } = this.#watch
    let keptAt = performance.now()
    let endedAt: number | undefined
    let news: PodNews | undefined
    for (;;) {
      if (lost.aborted) return { kind: 'left' }
      if (stop.aborted) return this.#watch.leaves() ? { kind: 'left' } : await this.#stop()
      if (this.#trouble !== undefined) throw this.#trouble
      await this.#bring()
      if (performance.now() - keptAt > keepTokensMs) {
        await exchange.keep(this.#job)
        keptAt = performance.now()
      }
      const pod = this.#newestPod()
      // of a pod that is gone, the last that was seen of it
      news = pod ? readPod(pod, containerOf(this.#plan)) : news
      const end = this.#object && readJob(this.#object)
      if (this.#isSeen && !this.#object) return await this.#gone(news)
      if (end?.kind === 'deadline')
        return await this.#concluded({ kind: 'limit', what: 'time', message: end.why })
      if (end) {
        endedAt ??= performance.now()
        const told = this.#endOf(news)
        const isComplete = told !== undefined && (told.kind !== 'exited' || this.#mirror.isDelivered())
        if (isComplete || performance.now() - endedAt > lastWordMs)
          return await this.#concluded(
            told ?? { kind: 'cut', message: `Its pod is gone: ${'why' in end ? end.why : ''}` },
          )
      } else if (news?.kind === 'stuck') {
        const refused = await this.#stuck(news)
        if (refused) return refused
      } else await this.#tell(news)
      await sleep(lookMs, undefined, { signal: stop }).catch(() => undefined)
    }
  }

  async #bring(): Promise<void> {
    await this.#mirror.pull()
    await this.#watch.look()
  }

  #endOf(news: PodNews | undefined): ClusterEnd | undefined {
    if (news?.kind === 'exited') return { kind: 'exited', code: news.code }
    if (news?.kind === 'limit') return { kind: 'limit', what: news.what, message: news.why }
    if (news?.kind === 'cut') return { kind: 'cut', message: news.why }
    if (news?.kind === 'stuck') return { kind: 'refused', message: news.why }
    return undefined
  }

  async #concluded(end: ClusterEnd): Promise<ClusterEnd> {
    await this.#bring()
    if (end.kind === 'exited' && !this.#mirror.isDelivered())
      return {
        kind: 'cut',
        message: `The work ended with ${end.code}, and what it left was not brought here: the courier could not reach us, or there was more than may be left.`,
      }
    return end
  }

  async #gone(news: PodNews | undefined): Promise<ClusterEnd> {
    await this.#bring()
    const end = this.#endOf(news)
    return end?.kind === 'exited' && this.#mirror.isDelivered()
      ? end
      : { kind: 'cut', message: `The Job ${this.#plan.name} was deleted in the cluster.` }
  }

  /** An image that cannot be pulled may be there in a while. */
  async #stuck(news: Extract<PodNews, { kind: 'stuck' }>): Promise<ClusterEnd | undefined> {
    this.#stuckSince ??= performance.now()
    await this.#watch.say('warn', news.why.slice(0, 1_000), `stuck-${news.why.slice(0, 60)}`)
    const patienceMs = news.isFinal ? 0 : this.#plan.place.imageWaitMinutes * 60_000
    if (performance.now() - this.#stuckSince < patienceMs) return undefined
    await this.#delete()
    return { kind: 'refused', message: news.why }
  }

  async #tell(news: PodNews | undefined): Promise<void> {
    this.#stuckSince = undefined
    const isSuspended = this.#object?.spec.suspend === true
    const why = isSuspended
      ? `The Job waits to be admitted${this.#plan.place.queue === undefined ? '' : ` by the queue ${this.#plan.place.queue}`}.`
      : news?.kind === 'waits'
        ? news.why
        : news?.kind === 'runs'
          ? 'The pod runs.'
          : undefined
    if (why === undefined || why === this.#told) return
    this.#told = why
    await this.#watch.say(
      news?.kind === 'waits' && !isSuspended ? 'warn' : 'info',
      why.slice(0, 1_000),
      why.slice(0, 100),
    )
  }

  /** Deletes the Job; its pods are asked to end, and what they bring until they have is kept. */
  async #stop(): Promise<ClusterEnd> {
    await this.#delete()
    return { kind: 'stopped' }
  }

  async #delete(): Promise<void> {
    const { namespace, name, place } = this.#plan
    const resource = resourceOf(this.#plan)
    await this.#client.delete(resource, namespace, name)
    const patienceMs = place.graceSeconds * 1_000 + lastWordMs
    const since = performance.now()
    while (performance.now() - since < patienceMs && !this.#watch.lost.aborted) {
      if (!this.#object) break
      if (this.#trouble !== undefined) throw this.#trouble
      await this.#mirror.pull()
      await sleep(lookMs)
    }
    await this.#mirror.pull()
    await this.#watch.look().catch(() => undefined)
  }
}

const timeOf = ({ metadata }: PodObject): string => metadata.creationTimestamp ?? ''

const containerOf = ({ runtime }: JobPlan): string => (runtime.kind === 'job' ? 'work' : 'node')
