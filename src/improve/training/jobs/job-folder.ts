import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { trainerFiles } from '../trainers/contract.ts'

/** Where jobs lie, each in a folder of its name, for as long as it is kept on this machine. */
export interface JobFolders {
  readonly root: string
  of(jobId: string): string
  /** Where a job has left its model, or a checkpoint of it; `undefined` where it lies here no more. */
  modelOf(jobId: string, step: number | undefined): Promise<string | undefined>
}

export function openJobFolders(root: string): JobFolders {
  const of = (jobId: string): string => path.join(root, jobId)
  return {
    root,
    of,
    async modelOf(jobId, step) {
      const folder =
        step === undefined
          ? path.join(of(jobId), trainerFiles.artifacts)
          : path.join(of(jobId), trainerFiles.checkpoints, `step-${step}`)
      if (!(await isThere(folder))) return undefined
      const single = path.join(folder, 'model.gguf')
      return (await isThere(single)) ? single : folder
    },
  }
}

export async function layOutFolder(folder: string): Promise<void> {
  await mkdir(path.join(folder, path.dirname(trainerFiles.train)), { recursive: true, mode: 0o700 })
}

/** Replaces a file whole. */
export async function putFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text, { mode: 0o600 })
  await rename(`${file}.part`, file)
}

/** SHA-256 of a file in hexadecimal; `undefined` where there is none. */
export async function hashFile(file: string): Promise<string | undefined> {
  if (!(await isThere(file))) return undefined
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

/** The end of what a trainer has written to its output. */
export async function readLogEnd(folder: string, mostBytes: number): Promise<string> {
  const bytes = await readFile(path.join(folder, trainerFiles.log)).catch(() => Buffer.alloc(0))
  return bytes.subarray(Math.max(0, bytes.length - mostBytes)).toString('utf8')
}

export async function isThere(place: string): Promise<boolean> {
  return await access(place).then(
    () => true,
    () => false,
  )
}
