/** Which processes belong to a product that is killed in parts. */
import { readdir, readFile } from 'node:fs/promises'

const processIds = async (): Promise<string[]> => (await readdir('/proc')).filter(name => /^\d+$/.test(name))

/** Those in whose environment a text stands; the dead have none. */
export async function processesWith(mark: string): Promise<number[]> {
  const found: number[] = []
  for (const id of await processIds()) {
    if (Number(id) === process.pid) continue
    const environment = await readFile(`/proc/${id}/environ`, 'latin1').catch(() => '')
    if (environment.includes(mark)) found.push(Number(id))
  }
  return found
}

export const stageProcesses = async (dataDirectory: string): Promise<number[]> =>
  await processesWith(`SLIPWAY_STAGE_FOLDER=${dataDirectory}/pipelines/`)

/** Dead processes below one that nobody has waited for. */
export async function zombiesBelow(root: number): Promise<number> {
  const parents = new Map<number, { readonly parent: number; readonly isZombie: boolean }>()
  for (const id of await processIds()) {
    const text = await readFile(`/proc/${id}/stat`, 'latin1').catch(() => '')
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    parents.set(Number(id), { parent: Number(parent), isZombie: state === 'Z' })
  }
  const isBelow = (id: number): boolean => {
    const parent = parents.get(id)?.parent ?? 0
    return parent === root || (parent > 1 && isBelow(parent))
  }
  return [...parents].filter(([id, { isZombie }]) => isZombie && isBelow(id)).length
}
