import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import type { EnvironmentVariables } from '../../foundation/config/index.ts'
import { usageError } from './command-error.ts'

/** Where the server that is meant answers, and where it keeps its things if it runs here. */
export interface Installation {
  /** Without a slash at the end. */
  readonly url: string
  /** It is this machine that is asked, so that the key in the data folder may be sent. */
  readonly isOwn: boolean
  readonly dataFolder: string
  readonly configFile: string
  /** `SLIPWAY_CONFIG` names the file; else it is the default place, where it may be absent. */
  readonly isDefaultConfig: boolean
}

export function findInstallation(environment: EnvironmentVariables, url: string | undefined): Installation {
  const named = url ?? blankAsAbsent(environment['SLIPWAY_URL'])
  const configFile = blankAsAbsent(environment['SLIPWAY_CONFIG'])
  return {
    url: named === undefined ? ownUrl(environment) : checkUrl(named),
    isOwn: named === undefined || isLoopback(checkUrl(named)),
    dataFolder: resolve(blankAsAbsent(environment['SLIPWAY_DATA']) ?? 'data'),
    configFile: configFile ?? 'slipway.yaml',
    isDefaultConfig: configFile === undefined,
  }
}

/** Where a server with the same environment listens. `slipway doctor` says where that is wrong. */
function ownUrl(environment: EnvironmentVariables): string {
  const port = blankAsAbsent(environment['SLIPWAY_PORT']) ?? ''
  return `http://${reachableHost(blankAsAbsent(environment['SLIPWAY_HOST']))}:${/^\d{1,5}$/.test(port) ? port : '4000'}`
}

/** How a host that is listened on is written in a URL; one that stands for all addresses is reached by loopback. */
export function reachableHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/**
 * The key to ask with: `SLIPWAY_KEY`, `SLIPWAY_ADMIN_KEY`, or the administrator's key in the data folder. The last one
 * goes to this machine only, never to a server somewhere else that `--url` names.
 */
export async function findKey(
  environment: EnvironmentVariables,
  installation: Installation,
): Promise<string | undefined> {
  const named = blankAsAbsent(environment['SLIPWAY_KEY']) ?? blankAsAbsent(environment['SLIPWAY_ADMIN_KEY'])
  if (named !== undefined) return named
  if (!installation.isOwn) return undefined
  const text = await readFile(join(installation.dataFolder, 'admin.key'), 'utf8').catch(() => '')
  return blankAsAbsent(text)
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

function checkUrl(address: string): string {
  const url = URL.parse(address)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw usageError(
      `\`${address}\` is not the address of a server.`,
      'Write it whole, such as `--url http://127.0.0.1:4000` (or set SLIPWAY_URL).',
    )
  return address.replace(/\/+$/, '')
}

function blankAsAbsent(value: string | undefined): string | undefined {
  const text = value?.trim() ?? ''
  return text === '' ? undefined : text
}
