import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type KubernetesConnection, openConnection } from './connection.ts'
import { createKubernetesClient } from './kubernetes-client.ts'
import { resources } from './objects.ts'

const fixtures = path.join(import.meta.dirname, '../../../../test/fixtures/kubernetes')
const read = (name: string): string => readFileSync(path.join(fixtures, name), 'utf8')
const tls = { key: read('server.key'), cert: read('server.crt'), ca: read('ca.crt') }
/** What came, by what it said of itself. */
let seen: (string | undefined)[] = []
const listener: RequestListener = (request, answer) => {
  seen.push(request.headers.authorization)
  answer.setHeader('content-type', 'application/json')
  answer.end(JSON.stringify({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'one' } }))
}
const server = createServer(tls, listener)
/** Lets in only who has a certificate. */
const strict = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, listener)
let folder: string
let url: URL
let strictUrl: URL

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-kubeconfig-'))
  const listen = async (one: typeof server): Promise<URL> => {
    await new Promise<void>(resolve => one.listen(0, '127.0.0.1', resolve))
    return new URL(`https://127.0.0.1:${(one.address() as AddressInfo).port}`)
  }
  url = await listen(server)
  strictUrl = await listen(strict)
})
afterAll(async () => {
  server.close()
  strict.close()
  await rm(folder, { recursive: true, force: true })
})

async function ask(connection: KubernetesConnection): Promise<string | undefined> {
  seen = []
  const client = createKubernetesClient({ connection: async () => connection, attempts: 1 })
  await client.get(resources.job, 'training', 'one')
  return seen[0]
}

async function kubeconfig(cluster: object, user: object): Promise<KubernetesConnection> {
  const file = path.join(folder, 'config')
  await writeFile(
    file,
    JSON.stringify({
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: { server: url.origin, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'training' } }],
    }),
  )
  return await openConnection({ kubeconfig: file }, {})
}
const ca = { 'certificate-authority': path.join(fixtures, 'ca.crt') }

describe('openConnection', () => {
  it('goes by a kubeconfig with a token, over the certificate authority of the cluster', async () => {
    expect(await ask(await kubeconfig(ca, { token: 'of-the-server' }))).toBe('Bearer of-the-server')
  })

  it('goes by a client certificate', async () => {
    const user = {
      'client-certificate-data': btoa(read('client.crt')),
      'client-key-data': btoa(read('client.key')),
    }
    const there = { ...ca, server: strictUrl.origin }
    await ask(await kubeconfig(there, user))
    expect(seen).toEqual([undefined])
    const without = ask(await kubeconfig(there, { token: 'only' }))
    expect(without).rejects.toMatchObject({ code: 'upstream_unreachable' })
    await without.catch(() => undefined)
  })

  it('trusts nobody whom the cluster has not signed', async () => {
    const asked = ask(await kubeconfig({}, { token: 'secret' }))
    expect(asked).rejects.toMatchObject({ code: 'upstream_unreachable' })
    await asked.catch(() => undefined)
    expect(seen).toEqual([])
  })

  it('goes by the service account of its pod, whose token is rotated', async () => {
    await writeFile(path.join(folder, 'ca.crt'), read('ca.crt'))
    await writeFile(path.join(folder, 'namespace'), 'genai')
    await writeFile(path.join(folder, 'token'), 'first\n')
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: url.port }
    const connection = await openConnection({}, environment, folder)
    expect(connection.namespace).toBe('genai')
    expect(await ask(connection)).toBe('Bearer first')
    await writeFile(path.join(folder, 'token'), 'second\n')
    expect(await ask(connection)).toBe('Bearer second')
  })

  it('refuses what it would not hold to, and says what to do', async () => {
    const skipping = kubeconfig({ 'insecure-skip-tls-verify': true }, {})
    expect(skipping).rejects.toThrow('Give its certificate-authority')
    await skipping.catch(() => undefined)
    const running = kubeconfig(ca, { exec: { command: 'aws' } })
    expect(running).rejects.toThrow('Make a service account')
    await running.catch(() => undefined)
    const absent = openConnection({ kubeconfig: path.join(folder, 'none') }, {})
    expect(absent).rejects.toThrow('There is no kubeconfig')
    await absent.catch(() => undefined)
  })
})
