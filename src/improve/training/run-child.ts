import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface ChildOptions {
  /** Gets each line of JSON whose first key is that one; what libraries print is passed over. */
  readonly firstKey: string
  readonly onLine: (line: unknown) => void
  readonly onStart?: (pid: number) => void
  /** Kills the process at once. */
  readonly signal?: AbortSignal | undefined
}

/** How a process ended, and the last of what it wrote to its standard error. */
export interface ChildEnd {
  readonly reason: string
  readonly complaints: string
}

/**
 * Runs a file of ours in a process of its own, so that an abort of native code ends nothing else. Its standard input closes
 * when this process ends, however it does; that is how the child learns of it.
 */
export async function runChild(
  [file, ...words]: readonly [string, ...string[]],
  { firstKey, onLine, onStart, signal }: ChildOptions,
): Promise<ChildEnd> {
  const child = spawn(process.execPath, [file, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2_000)
  })
  const exited = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('close', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`))
  })
  for await (const text of createInterface({ input: child.stdout })) {
    const line = text.startsWith(`{"${firstKey}":`) ? parseLine(text) : undefined
    if (line !== undefined) onLine(line)
  }
  return { reason: await exited, complaints: complaints.trim() }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the last line of a child that was killed while it wrote
  }
}
