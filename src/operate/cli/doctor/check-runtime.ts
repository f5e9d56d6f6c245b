import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { advice, ok, problem } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

const leastNode = 20

/** `npm start` needs Node; the server itself runs on the Bun that npm installed. */
export async function checkRuntime(bunWanted: string): Promise<DoctorFinding[]> {
  return [checkBun(process.versions['bun'], bunWanted), await checkNode()]
}

export function checkBun(version: string | undefined, wanted: string): DoctorFinding {
  if (version === wanted) return ok('bun', `Bun ${version} runs this.`)
  return advice(
    'bun',
    `${version === undefined ? 'Node' : `Bun ${version}`} runs this; Slipway is tested with Bun ${wanted}.`,
    'Run `npm ci`, and start with `npm start` or `npm run slipway`.',
  )
}

async function checkNode(): Promise<DoctorFinding> {
  try {
    const { stdout } = await promisify(execFile)('node', ['--version'], { timeout: 5_000 })
    return judgeNode(stdout.trim())
  } catch {
    return advice(
      'node',
      'Node is not on the PATH.',
      'Install Node 20 or newer; `npm start` needs it, the server does not.',
    )
  }
}

export function judgeNode(version: string): DoctorFinding {
  const major = Number(/^v(\d+)/.exec(version)?.[1])
  if (major >= leastNode) return ok('node', `Node ${version} starts it.`)
  return problem('node', `Node ${version} is too old.`, `Install Node ${leastNode} or newer.`)
}
