import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, until } from './until.ts'

const program = '/usr/bin/docker-registry'

/** Why there is no registry here, or nothing. */
export const noRegistry = existsSync(program) ? undefined : `${program} is not installed`

export interface OciRegistry extends AsyncDisposable {
  readonly url: string
  /** Where its blobs lie. */
  readonly folder: string
  /** The file that holds a blob. */
  blobFile(sha256: string): string
}

/** A real registry as a process of its own, on a free port of this machine. */
export async function startOciRegistry(options: { readonly htpasswd?: string } = {}): Promise<OciRegistry> {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-oci-'))
  const port = await freePort()
  const config = [
    'version: 0.1',
    'log: { level: error }',
    `storage: { filesystem: { rootdirectory: ${JSON.stringify(path.join(folder, 'data'))} }, delete: { enabled: true } }`,
    `http: { addr: "127.0.0.1:${port}", secret: test }`,
  ]
  if (options.htpasswd !== undefined) {
    await writeFile(path.join(folder, 'htpasswd'), options.htpasswd)
    config.push(`auth: { htpasswd: { realm: test, path: ${JSON.stringify(path.join(folder, 'htpasswd'))} } }`)
  }
  const file = path.join(folder, 'config.yml')
  await writeFile(file, `${config.join('\n')}\n`)
  const child = spawn(program, ['serve', file], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  await until(
    async () =>
      await fetch(`${url}/v2/`).then(
        ({ status }) => status === 200 || status === 401,
        () => false,
      ),
  )
  return {
    url,
    folder,
    blobFile: sha256 =>
      path.join(folder, 'data/docker/registry/v2/blobs/sha256', sha256.slice(0, 2), sha256, 'data'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
