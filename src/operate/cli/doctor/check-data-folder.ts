import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { Failure, lockDataFolder } from '../../../foundation/platform/index.ts'
import { formatBytes } from '../figures.ts'
import { advice, ok, problem } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

const leastFreeBytes = 500_000_000
const easyFreeBytes = 2_000_000_000

export interface DataFolderCheck {
  readonly findings: readonly DoctorFinding[]
  /** A server holds the folder right now. */
  readonly isInUse: boolean
}

/** Permissions, who holds it, and how much room there is. Makes nothing. */
export async function checkDataFolder(folder: string): Promise<DataFolderCheck> {
  const state = await stat(folder).catch(() => undefined)
  const existing = state === undefined ? await nearestExisting(dirname(folder)) : folder
  const disk = await checkDisk(existing)
  if (state !== undefined && !state.isDirectory())
    return {
      findings: [
        problem(
          'data-folder',
          `${folder} is not a folder.`,
          'Move the file away, or set SLIPWAY_DATA to a folder.',
        ),
      ],
      isInUse: false,
    }
  const isWritable = await access(existing, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!isWritable) {
    const mend = `Make it writable for this user, e.g. \`sudo chown ${process.getuid?.() ?? '$USER'} ${existing}\`, or set SLIPWAY_DATA.`
    return { findings: [problem('data-folder', `${existing} is not writable.`, mend), disk], isInUse: false }
  }
  if (state === undefined)
    return {
      findings: [ok('data-folder', `${folder} will be made at the first start.`), disk],
      isInUse: false,
    }

  const findings = [await checkAdminKey(folder), disk]
  if ((state.mode & 0o022) !== 0)
    findings.unshift(
      advice('data-folder', `Others may write into ${folder}.`, `Run \`chmod go-w ${folder}\`.`),
    )
  const holder = await findHolder(folder)
  const message = holder === undefined ? `${folder} is there, and no server has it.` : holder
  findings.unshift(ok('data-folder', message))
  return { findings, isInUse: holder !== undefined }
}

/** Takes the lock for a moment; who holds it is told by the failure. */
async function findHolder(folder: string): Promise<string | undefined> {
  if ((await stat(join(folder, 'slipway.lock')).catch(() => undefined)) === undefined) return undefined
  try {
    const lock = await lockDataFolder(folder)
    lock.release()
    return undefined
  } catch (error) {
    if (error instanceof Failure && error.code === 'data_folder_in_use')
      return error.message.split('. ')[0]?.replace('Another Slipway', 'A Slipway').concat('.')
    throw error
  }
}

async function checkAdminKey(folder: string): Promise<DoctorFinding> {
  const file = join(folder, 'admin.key')
  const state = await stat(file).catch(() => undefined)
  if (state === undefined) return ok('admin-key', 'There is no administrator’s key in the data folder yet.')
  if ((state.mode & 0o077) === 0) return ok('admin-key', `${file} can be read by its owner only.`)
  return problem(
    'admin-key',
    `Others may read ${file}.`,
    `Run \`chmod 600 ${file}\`, and revoke the key if it was seen.`,
  )
}

async function checkDisk(folder: string): Promise<DoctorFinding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const message = `${formatBytes(free)} are free in ${folder}.`
  if (free < leastFreeBytes)
    return problem(
      'disk',
      message,
      `Free at least ${formatBytes(leastFreeBytes)}, or set SLIPWAY_DATA to another disk.`,
    )
  if (free < easyFreeBytes) return advice('disk', message, 'Traces and datasets grow: keep 2 GB free.')
  return ok('disk', message)
}

async function nearestExisting(folder: string): Promise<string> {
  const state = await stat(folder).catch(() => undefined)
  return state !== undefined || dirname(folder) === folder ? folder : nearestExisting(dirname(folder))
}
