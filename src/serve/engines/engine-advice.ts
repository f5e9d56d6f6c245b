import { accessSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installedKinds } from './engine-binaries.ts'
import type { BinaryKind } from './engine-binaries.ts'

/** What this machine could run engines on, and what is there to do it with. */
export interface EngineAdvice {
  readonly hasNvidiaGpu: boolean
  readonly hasOtherGpu: boolean
  /** GPU binaries that engines would find. */
  readonly installed: readonly BinaryKind[]
  /** The kind that would make larger models faster here, and is not installed. */
  readonly worthInstalling: BinaryKind | undefined
  /** All of it in a sentence or two, with the command to run. */
  readonly message: string
}

/** Where the signs of a GPU are looked for; tests give their own. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly exists: (path: string) => boolean
  readonly list: (folder: string) => readonly string[]
  readonly path: string
}

export function engineAdvice(directory?: string, machine: Machine = thisMachine()): EngineAdvice {
  const installed = installedKinds(directory)
  const hasNvidiaGpu =
    machine.list('/dev').some(name => /^nvidia\d+$/.test(name)) ||
    machine.exists('/proc/driver/nvidia/version') ||
    machine.path.split(delimiter).some(folder => folder !== '' && machine.exists(join(folder, 'nvidia-smi')))
  const hasOtherGpu = !hasNvidiaGpu && machine.list('/dev/dri').some(name => name.startsWith('renderD'))
  const best = hasNvidiaGpu ? 'cuda' : hasOtherGpu ? 'vulkan' : undefined
  const worthInstalling = best === undefined || installed.includes(best) ? undefined : best
  return {
    hasNvidiaGpu,
    hasOtherGpu,
    installed,
    worthInstalling,
    message: describe(machine.platform, best, worthInstalling),
  }
}

function describe(
  platform: NodeJS.Platform,
  best: BinaryKind | undefined,
  missing: BinaryKind | undefined,
): string {
  if (platform === 'darwin') return 'Engines use Metal where the Mac has it; nothing is to be installed.'
  if (best === undefined)
    return 'No GPU was found: engines compute on the processor, which is enough for small models.'
  const name = best === 'cuda' ? 'An NVIDIA GPU' : 'A GPU'
  if (missing === undefined) return `${name} was found, and its ${best} binaries are installed.`
  return (
    `${name} was found. Models of a billion parameters and more answer many times faster on it: ` +
    `run \`slipway engine install ${missing}\`. The built-in model gains nothing.`
  )
}

function thisMachine(): Machine {
  return {
    platform: process.platform,
    exists: path => {
      try {
        accessSync(path)
        return true
      } catch {
        return false
      }
    },
    list: folder => {
      try {
        return readdirSync(folder)
      } catch {
        return []
      }
    },
    path: process.env['PATH'] ?? '',
  }
}
