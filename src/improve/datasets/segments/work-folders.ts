import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { createId, nameFullDisk } from '../../../foundation/platform/index.ts'

/** Folders for work that is under way; whatever an earlier process of ours left in them is gone at start. */
export interface WorkFolders {
  with<Result>(work: (folder: string) => Promise<Result>): Promise<Result>
}

export async function openWorkFolders(root: string): Promise<WorkFolders> {
  await rm(root, { recursive: true, force: true })
  await mkdir(root, { recursive: true, mode: 0o700 })
  return {
    async with(work) {
      const folder = path.join(root, createId())
      await mkdir(folder, { recursive: true, mode: 0o700 })
      try {
        return await work(folder)
      } catch (error) {
        throw nameFullDisk(
          error,
          'The folder in which rows are worked on',
          'Nothing was published; free space, and try again.',
        )
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}
