import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { EngineEndpoint } from './engine-state.ts'
import { childEventSchema, healthSchema } from './llama/settings.ts'
import type { ChildEvent, ChildHealth, ChildSettings } from './llama/settings.ts'

type ReadyEvent = Extract<ChildEvent, { event: 'ready' }>
type LogEvent = Extract<ChildEvent, { event: 'log' }>

/** How a process ended: with the reason that it gave itself, or with the last lines it wrote. */
export interface EngineExit {
  readonly reason: string
  readonly isRetryable: boolean
}

/** One run of an engine's process. */
export interface EngineProcess {
  readonly pid: number | undefined
  /** Resolves when it listens; never, where it ends before that. */
  readonly ready: Promise<ReadyEvent & { readonly endpoint: EngineEndpoint }>
  readonly exited: Promise<EngineExit>
  /** Throws when the answer takes longer than `timeoutMs`. */
  health(timeoutMs: number): Promise<ChildHealth>
  /** Ends it now. What it was writing is lost. */
  kill(): void
}

export interface SpawnOptions {
  readonly settings: Omit<ChildSettings, 'token'>
  readonly onLog: (event: LogEvent) => void
}

const childFile = fileURLToPath(new URL('llama/child.ts', import.meta.url))
const lastWords = 5

/** Starts the process with a fresh token, which goes through standard input and is seen by nobody else. */
export function spawnEngine({ settings, onLog }: SpawnOptions): EngineProcess {
  const token = randomBytes(32).toString('base64url')
  const child = spawn(process.execPath, [childFile], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: childEnvironment(process.env),
  })
  let endpoint: EngineEndpoint | undefined
  let failure: EngineExit | undefined
  const words: string[] = []

  // the pipe breaks when the child ends, and `exited` tells of that
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify({ ...settings, token } satisfies ChildSettings)}\n`)

  const ready = Promise.withResolvers<ReadyEvent & { readonly endpoint: EngineEndpoint }>()
  createInterface({ input: child.stdout }).on('line', line => {
    const event = parseEvent(line)
    if (event?.event === 'ready') {
      endpoint = { url: `http://127.0.0.1:${event.port}`, token }
      ready.resolve({ ...event, endpoint })
    } else if (event?.event === 'failed') {
      failure = { reason: event.reason, isRetryable: event.isRetryable }
    } else if (event?.event === 'log') {
      onLog(event)
    }
  })
  createInterface({ input: child.stderr }).on('line', line => {
    if (line.trim() === '') return
    words.push(line.trim())
    if (words.length > lastWords) words.shift()
    onLog({ event: 'log', level: 'warn', message: line })
  })

  const exited = new Promise<EngineExit>(resolve => {
    child.on('error', error =>
      resolve({ reason: `The process could not be started: ${error.message}`, isRetryable: true }),
    )
    child.on('close', (code, signal) => {
      const how = signal === null ? `with the exit code ${code}` : `by the signal ${signal}`
      const said = words.length === 0 ? '' : ` Its last words: ${words.join(' / ')}`
      resolve(failure ?? { reason: `The process was ended ${how}.${said}`, isRetryable: true })
    })
  })

  return {
    pid: child.pid,
    ready: ready.promise,
    exited,
    async health(timeoutMs) {
      if (endpoint === undefined) throw new Error('The process does not listen yet.')
      const response = await fetch(`${endpoint.url}/health`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(timeoutMs),
      })
      return healthSchema.parse(await response.json())
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

const inherited =
  /^(PATH|HOME|TMPDIR|TEMP|TMP|TZ|LANG|LC_.+|LD_LIBRARY_PATH|DYLD_.+|SYSTEMROOT|WINDIR|(CUDA|NVIDIA|GGML|VK|OMP|HIP|ROCR|MALLOC)_.+)$/i

/** Only what native code needs: no key or address of the server's own environment reaches the child. */
function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => inherited.test(name))
  return {
    ...Object.fromEntries(kept),
    NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true',
    BUN_ENABLE_CRASH_REPORTING: '0',
    DO_NOT_TRACK: '1',
  }
}

function parseEvent(line: string): ChildEvent | undefined {
  try {
    return childEventSchema.safeParse(JSON.parse(line)).data
  } catch {
    // native code may write to standard output too
    return undefined
  }
}
