import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { Failure } from '../../platform/index.ts'

/** Where the API server is and who we are to it. Read anew for each use where files may have changed. */
export interface KubernetesConnection {
  readonly server: string
  readonly ca: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
  /** Rotated by the kubelet: asked for with every request. */
  readonly token: () => Promise<string | undefined>
  /** Where what names none belongs. */
  readonly namespace: string
}

export interface ConnectionSettings {
  /** A kubeconfig; left out: the service account of the pod that we run in, else `KUBECONFIG` or `~/.kube/config`. */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Throws `invalid_configuration` where there is no way to a cluster, or one that we cannot go. */
export async function openConnection(
  settings: ConnectionSettings,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  account = accountFolder,
): Promise<KubernetesConnection> {
  const host = environment['KUBERNETES_SERVICE_HOST']
  if (settings.kubeconfig === undefined && host !== undefined && host !== '')
    return await inCluster(host, environment['KUBERNETES_SERVICE_PORT'] ?? '443', account)
  const file =
    settings.kubeconfig ??
    environment['KUBECONFIG']?.split(path.delimiter)[0] ??
    path.join(homedir(), '.kube', 'config')
  return await fromKubeconfig(file, settings.context)
}

async function inCluster(host: string, port: string, folder: string): Promise<KubernetesConnection> {
  const read = async (name: string): Promise<string> =>
    await readFile(path.join(folder, name), 'utf8').catch((cause: unknown) => {
      throw new Failure(
        'invalid_configuration',
        `This pod has no ${path.join(folder, name)}: its service account is not mounted. Set automountServiceAccountToken: true for the server's pod.`,
        { cause },
      )
    })
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: await read('ca.crt'),
    certificate: undefined,
    key: undefined,
    token: async () => (await read('token')).trim(),
    namespace: (await read('namespace')).trim(),
  }
}

const text = z.string().min(1)
const kubeconfigSchema = z.object({
  'current-context': z.string().nullish(),
  clusters: z.array(
    z.object({
      name: text,
      cluster: z.object({
        server: z.url({ protocol: /^https?$/ }),
        'certificate-authority': text.nullish(),
        'certificate-authority-data': text.nullish(),
        'insecure-skip-tls-verify': z.boolean().nullish(),
      }),
    }),
  ),
  users: z
    .array(
      z.object({
        name: text,
        user: z.looseObject({
          token: text.nullish(),
          tokenFile: text.nullish(),
          'client-certificate': text.nullish(),
          'client-certificate-data': text.nullish(),
          'client-key': text.nullish(),
          'client-key-data': text.nullish(),
        }),
      }),
    )
    .nullish(),
  contexts: z.array(
    z.object({
      name: text,
      context: z.object({ cluster: text, user: text.nullish(), namespace: text.nullish() }),
    }),
  ),
})

async function fromKubeconfig(file: string, wanted: string | undefined): Promise<KubernetesConnection> {
  const wrong = (message: string, cause?: unknown): Failure =>
    new Failure('invalid_configuration', message, { cause })
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw wrong(
      `There is no kubeconfig ${file}, and this is no pod with a service account. Name one with \`kubeconfig\`.`,
      cause,
    )
  })
  const read = kubeconfigSchema.safeParse(parse(content))
  if (!read.success) {
    const [issue] = read.error.issues
    throw wrong(`${file} is no kubeconfig: ${issue?.path.join('.')} ${issue?.message}`)
  }
  const { clusters, users, contexts } = read.data
  const name = wanted ?? read.data['current-context'] ?? contexts[0]?.name
  const context = contexts.find(one => one.name === name)?.context
  if (!context)
    throw wrong(
      `${file} has no context \`${name ?? ''}\`; it has ${contexts.map(one => one.name).join(', ') || 'none'}.`,
    )
  const cluster = clusters.find(one => one.name === context.cluster)?.cluster
  if (!cluster) throw wrong(`${file} has no cluster \`${context.cluster}\`, which its context names.`)
  if (cluster['insecure-skip-tls-verify'] === true)
    throw wrong(
      `${file} skips the check of the server's certificate, which we do not. Give its certificate-authority.`,
    )
  const user = users?.find(one => one.name === context.user)?.user
  for (const helper of ['exec', 'auth-provider'])
    if (user?.[helper] !== undefined)
      throw wrong(
        `${file} gets its credentials from a program (\`${helper}\`), which we do not run. Make a service account and give its token.`,
      )
  const place = (given: string): string => path.resolve(path.dirname(file), given)
  const load = async (data: string | null | undefined, named: string | null | undefined) => {
    if (data) return Buffer.from(data, 'base64').toString('utf8')
    if (!named) return undefined
    return await readFile(place(named), 'utf8').catch((cause: unknown) => {
      throw wrong(`${file} names ${named}, which cannot be read.`, cause)
    })
  }
  const { token, tokenFile } = user ?? {}
  return {
    server: cluster.server.replace(/\/+$/, ''),
    ca: await load(cluster['certificate-authority-data'], cluster['certificate-authority']),
    certificate: await load(user?.['client-certificate-data'], user?.['client-certificate']),
    key: await load(user?.['client-key-data'], user?.['client-key']),
    token: async () => token ?? (tokenFile ? (await readFile(place(tokenFile), 'utf8')).trim() : undefined),
    namespace: context.namespace ?? 'default',
  }
}
