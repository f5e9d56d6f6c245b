import { createServer } from 'node:net'

import { reachableHost } from '../installation.ts'
import { ok, problem } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

export interface PortCheck {
  readonly finding: DoctorFinding
  /** A Slipway answers there. */
  readonly isServing: boolean
}

export async function checkPort(host: string, port: number): Promise<PortCheck> {
  if (port === 0) return { finding: ok('port', 'The server takes any free port.'), isServing: false }
  const listening = await tryListen(host, port)
  if (listening === 'free')
    return { finding: ok('port', `Port ${port} on ${host} is free.`), isServing: false }
  if (listening === 'EADDRINUSE') {
    if (await isSlipway(host, port))
      return { finding: ok('port', `A Slipway answers on port ${port}.`), isServing: true }
    const mend = 'End that program, or set SLIPWAY_PORT to another port.'
    return {
      finding: problem('port', `Another program has port ${port} on ${host}.`, mend),
      isServing: false,
    }
  }
  return { finding: explain(host, port, listening), isServing: false }
}

function explain(host: string, port: number, code: string): DoctorFinding {
  if (code === 'EACCES')
    return problem('port', `This user may not listen on port ${port}.`, 'Set SLIPWAY_PORT to one above 1023.')
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return problem(
      'port',
      `${host} is not an address of this machine.`,
      'Correct SLIPWAY_HOST; 127.0.0.1 and 0.0.0.0 always are.',
    )
  return problem(
    'port',
    `Port ${port} on ${host} cannot be listened on (${code}).`,
    'Set SLIPWAY_PORT and SLIPWAY_HOST to others.',
  )
}

function tryListen(host: string, port: number): Promise<string> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')))
  })
}

/** Its description is open to everybody. */
async function isSlipway(host: string, port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${reachableHost(host)}:${port}/api/openapi.json`, {
      signal: AbortSignal.timeout(3_000),
    })
    return response.ok && /"title":\s*"Slipway/i.test(await response.text())
  } catch {
    return false
  }
}
