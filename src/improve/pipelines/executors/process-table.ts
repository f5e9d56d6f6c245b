/** What the kernel says of processes, on Linux; nothing elsewhere. */
import { readdir, readFile } from 'node:fs/promises'

export interface GroupUse {
  readonly residentBytes: number
  /** Of processes that live and of those that they have waited for. */
  readonly cpuSeconds: number
}

const pageBytes = 4_096
const ticksPerSecond = 100

async function processIds(): Promise<string[]> {
  const names = await readdir('/proc').catch(() => [])
  return names.filter(name => /^\d+$/.test(name))
}

/** What each process group holds and has used. */
export async function readGroups(groups: ReadonlySet<number>): Promise<ReadonlyMap<number, GroupUse>> {
  const found = new Map<number, GroupUse>()
  const ids = await processIds()
  await Promise.all(
    ids.map(async id => {
      const text = await readFile(`/proc/${id}/stat`, 'latin1').catch(() => '')
      // the name in brackets may hold blanks and brackets
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      const group = Number(fields[2])
      if (!groups.has(group)) return
      const before = found.get(group) ?? { residentBytes: 0, cpuSeconds: 0 }
      const ticks = [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0)
      found.set(group, {
        residentBytes: before.residentBytes + Number(fields[21]) * pageBytes,
        cpuSeconds: before.cpuSeconds + ticks / ticksPerSecond,
      })
    }),
  )
  return found
}

/** Kills every process that has such a variable (`NAME=value`) in its environment, wherever it has gone; says how many. */
export async function killMarked(isMark: (variable: string) => boolean): Promise<number> {
  let killed = 0
  // what is forked while we look is seen by the next look
  for (let round = 0; round < 5; round += 1) {
    const ids = await processIds()
    const marked = await Promise.all(
      ids.map(async id => {
        if (Number(id) === process.pid) return undefined
        const environment = await readFile(`/proc/${id}/environ`, 'latin1').catch(() => '')
        return environment.split('\0').some(isMark) ? Number(id) : undefined
      }),
    )
    const alive = marked.filter(id => id !== undefined)
    if (alive.length === 0) return killed
    for (const id of alive) {
      try {
        process.kill(id, 'SIGKILL')
        killed += 1
      } catch {
        // it has ended already
      }
    }
  }
  return killed
}
