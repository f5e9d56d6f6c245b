import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { until } from '../until.ts'
import type { Faults } from './fake-cluster.ts'
import type { FakeObject, FakeObjects } from './fake-objects.ts'

interface Container {
  name: string
  image: string
  command: string[]
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[]
  restartPolicy?: string
  startupProbe?: { exec: { command: string[] } }
  volumeMounts?: { name: string; mountPath: string }[]
}

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number; signal: number }>
}

interface PodState {
  readonly running: Map<string, Running>
  /** What a fault says of its end. */
  verdict: { reason: string; message: string; container?: string } | undefined
  isEnding: boolean
}

const signals: Readonly<Record<string, number>> = { SIGTERM: 15, SIGKILL: 9, SIGINT: 2 }

/** Runs pods as processes: init containers in order, sidecars beside, then the others; sidecars end last. */
export function startKubelet({
  objects,
  faults,
  folder,
}: {
  readonly objects: FakeObjects
  readonly faults: Faults
  readonly folder: string
}) {
  const pods = new Map<string, PodState>()
  const works = new Set<Promise<void>>()
  let isStopped = false
  const logOf = (pod: string, container: string): string => path.join(folder, `${pod}.${container}.log`)
  mkdirSync(folder, { recursive: true })

  const setStatus = (pod: FakeObject, edit: (status: FakeObject['status']) => void): void =>
    objects.change('pods', pod.metadata.namespace, pod.metadata.name, object => edit(object.status))

  function setState(pod: FakeObject, container: Container, isInit: boolean, state: object): void {
    setStatus(pod, status => {
      const key = isInit ? 'initContainerStatuses' : 'containerStatuses'
      const others = (status[key] ?? []).filter((one: { name: string }) => one.name !== container.name)
      status[key] = [
        ...others,
        { name: container.name, image: container.image, imageID: `${container.image}@sha256:0`, state },
      ]
    })
  }

  /** Secrets that volumes and variables name are waited for, as a kubelet does. */
  async function readSecret(pod: FakeObject, name: string): Promise<Record<string, string>> {
    let found: FakeObject | undefined
    await until(
      () => {
        found = objects.get('secrets', pod.metadata.namespace, name)
        return found !== undefined || isStopped || pod.metadata.deletionTimestamp !== undefined
      },
      { limitMs: 60_000 },
    )
    const data = (found?.data ?? {}) as Record<string, string>
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, atob(value)]))
  }

  async function start(
    pod: FakeObject,
    container: Container,
    mounts: ReadonlyMap<string, string>,
  ): Promise<Running> {
    const place = (text: string): string => {
      let placed = text
      // `/tmp` is as good as another
      for (const mount of container.volumeMounts?.filter(({ mountPath }) => mountPath !== '/tmp') ?? [])
        placed = placed.replaceAll(mount.mountPath, mounts.get(mount.name) ?? mount.mountPath)
      return placed
    }
    const environment: Record<string, string> = {
      PATH: process.env['PATH'] ?? '',
      HOSTNAME: pod.metadata.name,
    }
    for (const { name, value, valueFrom } of container.env ?? [])
      environment[name] = valueFrom
        ? ((await readSecret(pod, valueFrom.secretKeyRef.name))[valueFrom.secretKeyRef.key] ?? '')
        : place(value ?? '')
    const [program = '', ...words] = container.command.map(place)
    const child = spawn(program, words, {
      cwd: mounts.get('work'),
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const file = logOf(pod.metadata.name, container.name)
    writeFileSync(file, '', { flag: 'a' })
    let rest = ''
    const write = (text: string): void => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) appendFileSync(file, `${now()} ${line}\n`)
    }
    child.stdout.setEncoding('utf8').on('data', write)
    child.stderr.setEncoding('utf8').on('data', write)
    const ended = new Promise<{ code: number; signal: number }>(resolve => {
      child.once('error', error => {
        write(`${error.message}\n`)
        resolve({ code: 128, signal: 0 })
      })
      child.once('close', (code, signal) => {
        if (rest !== '') write('\n')
        const number = signal === null ? 0 : (signals[signal] ?? 1)
        resolve({ code: code ?? 128 + number, signal: number })
      })
    })
    return { child, ended }
  }

  async function run(pod: FakeObject): Promise<void> {
    const { name } = pod.metadata
    const state: PodState = { running: new Map(), verdict: undefined, isEnding: false }
    pods.set(name, state)
    const isGone = (): boolean =>
      state.isEnding || isStopped || objects.get('pods', pod.metadata.namespace, name) === undefined
    if (faults.isFull) {
      setStatus(pod, status => {
        status.conditions = [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.',
          },
        ]
      })
      await until(() => !faults.isFull || isGone(), { limitMs: 120_000 })
    }
    setStatus(pod, status => {
      status.conditions = [{ type: 'PodScheduled', status: 'True' }]
    })
    const mounts = new Map<string, string>()
    for (const volume of pod.spec.volumes as {
      name: string
      secret?: { secretName: string; items?: { key: string; path: string }[] }
    }[]) {
      const place = path.join(folder, name, volume.name)
      mkdirSync(place, { recursive: true })
      mounts.set(volume.name, place)
      if (!volume.secret) continue
      const data = await readSecret(pod, volume.secret.secretName)
      for (const item of volume.secret.items ?? Object.keys(data).map(key => ({ key, path: key })))
        writeFileSync(path.join(place, item.path), data[item.key] ?? '')
    }
    const sidecars: [Container, Running][] = []
    const containers = pod.spec.containers as Container[]
    const ready = async (container: Container, isInit: boolean): Promise<boolean> => {
      while (faults.missingImages.has(container.image) && !isGone()) {
        setState(pod, container, isInit, {
          waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${container.image}"` },
        })
        await Bun.sleep(50)
      }
      return !isGone()
    }
    const begin = async (container: Container, isInit: boolean): Promise<Running | undefined> => {
      if (!(await ready(container, isInit))) return undefined
      const running = await start(pod, container, mounts)
      state.running.set(container.name, running)
      setState(pod, container, isInit, { running: { startedAt: new Date().toISOString() } })
      // it was told to end while it began
      if (state.isEnding) signal(running, 'SIGTERM')
      return running
    }
    const conclude = async (container: Container, running: Running, isInit: boolean): Promise<number> => {
      const { code, signal: number } = await running.ended
      state.running.delete(container.name)
      if (isStopped) return code
      const oom = state.verdict?.container === container.name ? state.verdict.reason : undefined
      setState(pod, container, isInit, {
        terminated: { exitCode: code, signal: number, reason: oom ?? (code === 0 ? 'Completed' : 'Error') },
      })
      return code
    }
    let failed = false
    for (const container of (pod.spec.initContainers ?? []) as Container[]) {
      const running = await begin(container, true)
      if (!running) {
        failed = true
        break
      }
      if (container.restartPolicy === 'Always') {
        sidecars.push([container, running])
        const [program = '', ...words] = (container.startupProbe?.exec.command ?? []).map(word =>
          word.replaceAll('/slipway/work', mounts.get('work') ?? ''),
        )
        while (program !== '' && !isGone() && spawnSync(program, words).status !== 0) await Bun.sleep(20)
      } else if ((await conclude(container, running, true)) !== 0) {
        failed = true
        break
      }
    }
    if (!failed) {
      setStatus(pod, status => {
        status.phase = 'Running'
      })
      const codes = await Promise.all(
        containers.map(async container => {
          const running = await begin(container, false)
          return running ? await conclude(container, running, false) : 1
        }),
      )
      failed = codes.some(code => code !== 0)
    }
    for (const [container, running] of sidecars.reverse()) {
      signal(running, state.verdict && !state.verdict.container ? 'SIGKILL' : 'SIGTERM')
      await conclude(container, running, true)
    }
    if (!isStopped)
      setStatus(pod, status => {
        status.phase = failed ? 'Failed' : 'Succeeded'
        if (!state.verdict || state.verdict.container) return
        status.reason = state.verdict.reason
        status.message = state.verdict.message
        status.conditions.push({
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'TerminationByKubelet',
          message: state.verdict.message,
        })
      })
    pods.delete(name)
    const found = objects.get('pods', pod.metadata.namespace, name)
    if (found?.metadata.deletionTimestamp !== undefined) objects.release(found)
    rmSync(path.join(folder, name), { recursive: true, force: true })
  }

  function signal({ child }: Running, name: NodeJS.Signals): void {
    try {
      process.kill(-(child.pid ?? 0), name)
    } catch {
      // it has ended
    }
  }

  /** The containers of the work are asked to end; sidecars after them. */
  function end(name: string, how: NodeJS.Signals): void {
    const state = pods.get(name)
    if (!state) return
    state.isEnding = true
    for (const [container, running] of state.running) if (container !== 'carry') signal(running, how)
  }

  const stopListening = objects.listen(({ type, plural, object }) => {
    if (plural !== 'pods' || isStopped) return
    const { namespace, name, deletionTimestamp } = object.metadata
    const pod = objects.get('pods', namespace, name)
    if (type === 'ADDED' && pod) {
      const work: Promise<void> = Bun.sleep(5)
        .then(() => run(pod))
        .catch(error => {
          if (!isStopped) throw error
        })
        .finally(() => works.delete(work))
      works.add(work)
    } else if (deletionTimestamp !== undefined && type === 'MODIFIED') {
      if (pods.has(name)) {
        if (pods.get(name)?.isEnding === true) return
        end(name, 'SIGTERM')
        const grace = object.metadata.deletionGracePeriodSeconds ?? 30
        setTimeout(() => end(name, 'SIGKILL'), grace * 1_000).unref()
      } else if (pod) setTimeout(() => pods.has(name) || objects.release(pod), 10)
    }
  })

  const kill = (name: string, verdict: PodState['verdict']): void => {
    const state = pods.get(name)
    if (!state) throw new Error(`No pod ${name} runs.`)
    state.verdict = verdict
    for (const [container, running] of state.running)
      if (verdict?.container === undefined || verdict.container === container) signal(running, 'SIGKILL')
  }

  return {
    evict: (name: string) =>
      kill(name, { reason: 'Evicted', message: 'The node was low on resource: memory.' }),
    oomKill: (name: string) => kill(name, { reason: 'OOMKilled', message: '', container: 'work' }),
    /** Lines with their times; `undefined` where there is no such container yet. */
    readLog(pod: string, container: string): { text: string; isOpen: boolean } | undefined {
      try {
        const isOpen = pods.get(pod)?.running.has(container) === true
        return { text: readFileSync(logOf(pod, container), 'utf8'), isOpen }
      } catch {
        return undefined
      }
    },
    async stop() {
      isStopped = true
      stopListening()
      for (const { running } of pods.values()) for (const one of running.values()) signal(one, 'SIGKILL')
      await Promise.allSettled(works)
    },
  }
}

let last = 0n
/** RFC 3339 with nanoseconds, each later than the one before. */
function now(): string {
  const nanoseconds = BigInt(Date.now()) * 1_000_000n
  last = nanoseconds > last ? nanoseconds : last + 1n
  const seconds = new Date(Number(last / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)
  return `${seconds}.${String(last % 1_000_000_000n).padStart(9, '0')}Z`
}
