import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../foundation/platform/index.ts'

export type BinaryKind = 'cuda' | 'vulkan'

export interface InstallOptions {
  readonly kind: BinaryKind
  /** Called with each step, as a sentence. */
  readonly onProgress: (message: string) => void
  /** Where to; `.cache/engine-binaries` in the installation by default. */
  readonly directory?: string
  readonly signal?: AbortSignal
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const usualDirectory = join(root, '.cache', 'engine-binaries')
const nativePackage = 'node-llama-cpp'

/** The packages of each kind, by the platform that npm knows; what is not here has no such binary. */
const packages: Readonly<Record<string, Readonly<Record<BinaryKind, readonly string[]>>>> = {
  'linux-x64': { cuda: ['linux-x64-cuda', 'linux-x64-cuda-ext'], vulkan: ['linux-x64-vulkan'] },
  'win32-x64': { cuda: ['win-x64-cuda', 'win-x64-cuda-ext'], vulkan: ['win-x64-vulkan'] },
}
const ownPackage: Readonly<Record<string, string>> = { 'linux-x64': 'linux-x64', 'win32-x64': 'win-x64' }

/**
 * Fetches the native package once more with its GPU binaries, through npm, at the version that is installed, into a
 * folder of its own: `npm ci` does not remove it, and engines load the package from there when they start next.
 * Throws `unavailable_here` where there is no binary for this platform, `upstream_error` where npm fails.
 */
export async function installEngineBinaries(
  options: InstallOptions,
): Promise<{ readonly directory: string }> {
  const { kind, onProgress, directory = usualDirectory } = options
  const platform = `${process.platform}-${process.arch}`
  const names = packages[platform]?.[kind]
  const own = ownPackage[platform]
  if (names === undefined || own === undefined) {
    throw new Failure(
      'unavailable_here',
      `There is no ${kind} binary for ${platform}. Engines use ${process.platform === 'darwin' ? 'Metal' : 'the processor'} here.`,
    )
  }
  const version = installedVersion(join(root, 'node_modules'))
  if (version === undefined) {
    throw new Failure('unavailable_here', `${nativePackage} is not installed. Run npm install first.`)
  }
  const kept = installedKinds(directory).filter(other => other !== kind)
  const wanted = [...names, own, ...kept.flatMap(other => packages[platform]?.[other] ?? [])]
  const dependencies = Object.fromEntries([
    [nativePackage, version],
    ...wanted.map(name => [`@node-llama-cpp/${name}`, version]),
  ])
  // made beside the old one and swapped in whole: a broken download leaves what was there
  const next = `${directory}.next`
  rmSync(next, { recursive: true, force: true })
  mkdirSync(next, { recursive: true })
  writeFileSync(join(next, 'package.json'), `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`)
  onProgress(`Fetching the ${kind} binaries of ${nativePackage} ${version} (some hundred megabytes).`)
  try {
    await runNpm(next, onProgress, options.signal)
    if (missing(next, names))
      throw new Failure('upstream_error', `npm left out the ${kind} binaries without saying why.`)
  } catch (error) {
    rmSync(next, { recursive: true, force: true })
    throw error
  }
  rmSync(directory, { recursive: true, force: true })
  renameSync(next, directory)
  onProgress(`The binaries are in ${directory}. Engines use them when they start next.`)
  return { directory }
}

/** The folder with GPU binaries, where they are of the version that is installed. */
export function findBinaries(directory = usualDirectory): string | undefined {
  const version = installedVersion(join(directory, 'node_modules'))
  return version !== undefined && version === installedVersion(join(root, 'node_modules'))
    ? directory
    : undefined
}

/** The kinds of GPU binaries that engines would find. */
export function installedKinds(directory = usualDirectory): BinaryKind[] {
  const names = packages[`${process.platform}-${process.arch}`]
  if (names === undefined || findBinaries(directory) === undefined) return []
  return (['cuda', 'vulkan'] as const).filter(kind => !missing(directory, names[kind]))
}

/** Which kinds of GPU binaries engines would find; the ones for the processor are always there. */
export function installedEngineBinaries(directory?: string): Readonly<Record<BinaryKind, boolean>> {
  const kinds = installedKinds(directory)
  return { cuda: kinds.includes('cuda'), vulkan: kinds.includes('vulkan') }
}

function missing(directory: string, names: readonly string[]): boolean {
  return names.some(name => !existsSync(join(directory, 'node_modules', '@node-llama-cpp', name, 'bins')))
}

function installedVersion(modules: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(modules, nativePackage, 'package.json'), 'utf8'))
    const version =
      typeof manifest === 'object' && manifest !== null && 'version' in manifest
        ? manifest.version
        : undefined
    return typeof version === 'string' ? version : undefined
  } catch {
    return undefined
  }
}

async function runNpm(
  directory: string,
  onProgress: (message: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const command = [
    'install',
    '--omit=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
  ]
  const npm = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', command, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    ...(signal === undefined ? {} : { signal }),
  })
  const problems: string[] = []
  createInterface({ input: npm.stdout }).on('line', onProgress)
  createInterface({ input: npm.stderr }).on('line', line => {
    if (/^npm (error|err!)/i.test(line)) problems.push(line.replace(/^npm (error|err!)\s*/i, ''))
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    npm.on('error', reject)
    npm.on('close', resolve)
  }).catch((cause: unknown) => {
    throw new Failure('unavailable_here', 'npm could not be run. Install Node with npm, and try again.', {
      cause,
    })
  })
  if (code === 0) return
  const said = problems.slice(0, 3).join(' / ')
  throw new Failure(
    'upstream_error',
    `npm could not fetch the binaries: ${said === '' ? `exit code ${code}` : said}. Check the network and the disk, and try again.`,
  )
}
