import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Failure } from '../../../../foundation/platform/index.ts'
import type { DeclaredFunction } from '../ports.ts'

/** A process that answers one line of JSON with one, in order. Started when it is asked, ended when it has been idle. */
export interface FunctionProcess {
  /** Throws `invalid_request` where the command cannot be run, says nothing in time, or what is no JSON. The process is ended then, and a new one asked the next time. */
  ask(question: unknown, signal: AbortSignal): Promise<unknown>
}

const idleMs = 10_000
const mostLineBytes = 1_048_576
/** Nothing of the server's own: keys and addresses of databases stay out of other people's code. */
const passedOn = ['PATH', 'HOME', 'LANG', 'TMPDIR']

export function createFunctionProcess(name: string, declared: DeclaredFunction): FunctionProcess {
  let running: Running | undefined
  let idle: ReturnType<typeof setTimeout> | undefined
  let last: Promise<unknown> = Promise.resolve()

  const stop = (): void => {
    running?.end()
    running = undefined
  }
  const askNow = async (question: unknown, signal: AbortSignal): Promise<unknown> => {
    signal.throwIfAborted()
    clearTimeout(idle)
    running ??= start(name, declared)
    try {
      return await running.ask(question, AbortSignal.any([signal, AbortSignal.timeout(declared.timeoutMs)]))
    } catch (error) {
      stop()
      signal.throwIfAborted()
      throw error instanceof Failure
        ? error
        : new Failure(
            'invalid_request',
            `The function ${name} did not answer within ${declared.timeoutMs} ms.`,
            { cause: error },
          )
    } finally {
      idle = setTimeout(stop, idleMs)
      idle.unref()
    }
  }
  return {
    ask(question, signal) {
      const turn = last.then(() => askNow(question, signal))
      last = turn.catch(() => undefined)
      return turn
    },
  }
}

interface Running {
  ask(question: unknown, signal: AbortSignal): Promise<unknown>
  end(): void
}

function start(name: string, { command, maxMemoryMegabytes }: DeclaredFunction): Running {
  const [program = '', ...words] = command
  const child: ChildProcess = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: Object.fromEntries(
      passedOn.flatMap(key => (process.env[key] === undefined ? [] : [[key, process.env[key]]])),
    ),
    // its own group, so that what it starts ends with it
    detached: true,
  })
  let answered: ((line: string) => void) | undefined
  let failed: ((error: Error) => void) | undefined
  const fail = (why: string, cause?: unknown): void =>
    failed?.(new Failure('invalid_request', `The function ${name} ${why}.`, { cause }))
  child.on('error', error => fail('could not be started', error))
  child.on('exit', (code, signal) => fail(`ended with ${code ?? signal} before it answered`))
  child.stdin?.on('error', () => undefined)
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', line => {
      if (line.length > mostLineBytes) fail('answered with more than a megabyte')
      else answered?.(line)
    })
  return {
    ask: (question, signal) => {
      const watch = setInterval(() => {
        if (residentBytes(child.pid) > maxMemoryMegabytes * 1_048_576)
          fail(`holds more than ${maxMemoryMegabytes} MB`)
      }, 250)
      return new Promise<unknown>((resolve, reject) => {
        failed = reject
        answered = line => {
          try {
            resolve(JSON.parse(line))
          } catch {
            fail('answered with a line that is no JSON')
          }
        }
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        child.stdin?.write(`${JSON.stringify(question)}\n`)
      }).finally(() => clearInterval(watch))
    },
    end() {
      failed = undefined
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // it has ended already
      }
    },
  }
}

/** What a process holds in memory; 0 where the system does not say so. Pages are of 4 kB wherever we run. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096
  } catch {
    return 0
  }
}
