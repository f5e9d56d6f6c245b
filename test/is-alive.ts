import { existsSync, readFileSync } from 'node:fs'

/** Whether a process goes on. A zombie, which only waits for its parent to look, does not; it has no command line any more. */
export function isAlive(pid: number): boolean {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
    } catch {
      // it went while it was looked at
      return false
    }
  }
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
