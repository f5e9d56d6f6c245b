import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Half the CPU of an installation goes into compiling modules of which a client imports a few. */
const quietly = ['--quiet', '--disable-pip-version-check', '--no-compile']

/**
 * A Python that has the SDKs of a file of requirements, in a virtual environment below the temporary folder, which later
 * runs find again. Where there is no Python or no way to its packages, the reason.
 */
export function preparePython(
  file = 'requirements.txt',
): { readonly python: string } | { readonly missing: string } {
  const requirements = path.join(import.meta.dirname, file)
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = path.join(tmpdir(), `slipway-sdk-python-${hash}`)
  const python = path.join(folder, 'bin/python')
  if (existsSync(path.join(folder, 'ready'))) return { python }
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ['python3', ['-m', 'venv', '--clear', folder]],
    [python, ['-m', 'pip', 'install', ...quietly, '-r', requirements]],
    [python, ['-c', `open(${JSON.stringify(path.join(folder, 'ready'))}, 'w').close()`]],
  ]
  for (const [command, given] of steps) {
    const { status, error, stderr } = spawnSync(command, given, { encoding: 'utf8', timeout: 120_000 })
    if (status === 0) continue
    const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit status ${status}`
    return { missing: `${path.basename(command)} ${given.slice(0, 3).join(' ')}: ${reason}` }
  }
  return { python }
}
