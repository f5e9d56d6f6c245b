import path from 'node:path'
import { z } from 'zod'
import { Failure } from './failure.ts'
import { logLevels } from './logger.ts'
import type { LogLevel } from './logger.ts'
import { nearestName } from './nearest-name.ts'
import { parseObjectStore } from './objects/object-store-address.ts'
import type { ObjectStoreConfig } from './objects/object-store.ts'

/** What the process is told by its environment; the only place that reads it. */
export interface Environment {
  /** SLIPWAY_PORT: 4000 by default; 0 takes any free one. */
  readonly port: number
  /** SLIPWAY_HOST: `127.0.0.1` by default, so that nothing is open to a network unasked; containers set `0.0.0.0`. */
  readonly host: string
  /** SLIPWAY_DATA: `./data` by default; an absolute path here. */
  readonly dataDirectory: string
  /** SLIPWAY_CONFIG: `./slipway.yaml` by default; an absolute path here. */
  readonly configFile: string
  /** SLIPWAY_ADMIN_KEY: the first key of the installation; one is generated where it is left out. */
  readonly adminKey: string | undefined
  /** SLIPWAY_MASTER_KEY: what wraps the keys that content is sealed with; `master.key` in the data folder by default. */
  readonly masterKey: string | undefined
  /** DATABASE_URL: a Postgres of your own; left out, the embedded one is started. */
  readonly databaseUrl: string | undefined
  /** SLIPWAY_LOG_LEVEL: `info` by default. */
  readonly logLevel: LogLevel
  /** SLIPWAY_SHUTDOWN_SECONDS: how long streams in flight may go on after SIGTERM; 30 by default. */
  readonly shutdownSeconds: number
  /** SLIPWAY_BODY_LIMIT_MB: the largest request body, 32 MB by default; in bytes here. */
  readonly bodyLimitBytes: number
  /** SLIPWAY_WORKERS: how many processes serve on the port; 1 by default. */
  readonly workers: number
  /** SLIPWAY_OBJECT_STORE: `s3://bucket/prefix?endpoint=https://…&region=…` or a folder; `<data>/objects` by default. */
  readonly objectStore: ObjectStoreConfig
  /** Things to log: variables that look like ours and are not. */
  readonly warnings: readonly string[]
}

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))

const port = z
  .string()
  .refine(text => !text.startsWith('tcp://'), {
    message:
      'holds an address that Kubernetes put there for a Service named "slipway"; set enableServiceLinks: false on the pod, or SLIPWAY_PORT itself',
    abort: true,
  })
  .pipe(whole(0, 65_535))

const variables = z.object({
  SLIPWAY_PORT: port.prefault('4000'),
  SLIPWAY_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'must be an address or the name of a host, without a port')
    .default('127.0.0.1'),
  SLIPWAY_DATA: z.string().default('data'),
  SLIPWAY_CONFIG: z.string().default('slipway.yaml'),
  SLIPWAY_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{8,200}$/, 'must be 8 to 200 printable ASCII characters without spaces')
    .optional(),
  SLIPWAY_MASTER_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/=, ]+$/, 'must be one or more keys in base64, with commas between them')
    .optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\/\S+$/, 'must look like postgresql://user:password@host:5432/database')
    .optional(),
  SLIPWAY_LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  SLIPWAY_SHUTDOWN_SECONDS: whole(0, 3600).prefault('30'),
  SLIPWAY_BODY_LIMIT_MB: whole(1, 1024).prefault('32'),
  SLIPWAY_WORKERS: whole(1, 64).prefault('1'),
  SLIPWAY_OBJECT_STORE: z.string().optional(),
})

/** Read by the command line and by scripts, or set for a process by ours; no mistake where the server sees them. */
const readElsewhere = [
  'SLIPWAY_URL',
  'SLIPWAY_KEY',
  'SLIPWAY_SUPERVISED',
  'SLIPWAY_WORKER',
  'SLIPWAY_TEST_DATABASE_URL',
  'SLIPWAY_TEST_TEMPLATE',
]
/** Kubernetes sets these in every pod beside a Service named "slipway". */
const kubernetesLinks = /^SLIPWAY_(?:SERVICE_(?:HOST|PORT)|PORT_\d+_)/

/** Reads the environment, or fails with `invalid_environment` and every problem there is, one a line. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  workingDirectory: string = process.cwd(),
): Environment {
  // a variable set to nothing counts as not set, which is how containers leave one out
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const problems: string[] = []
  const warnings: string[] = []
  const known = Object.keys(variables.shape)
  for (const name of Object.keys(given)) {
    if (!name.startsWith('SLIPWAY_') || known.includes(name)) continue
    if (readElsewhere.includes(name) || kubernetesLinks.test(name)) continue
    const nearest = nearestName(name, known)
    if (nearest) problems.push(`${name} is not known; did you mean ${nearest}?`)
    else warnings.push(`${name} is not a variable of Slipway's.`)
  }

  const parsed = variables.safeParse(given)
  for (const issue of parsed.error?.issues ?? []) problems.push(`${issue.path.join('.')} ${issue.message}`)
  const dataDirectory = path.resolve(workingDirectory, parsed.data?.SLIPWAY_DATA ?? 'data')
  const store = parseObjectStore(given, path.join(dataDirectory, 'objects'), workingDirectory)
  if ('problems' in store) problems.push(...store.problems)
  if (!parsed.success || 'problems' in store || problems.length > 0) {
    throw new Failure(
      'invalid_environment',
      `The environment has a problem:\n${problems.map(one => `  - ${one}`).join('\n')}`,
    )
  }

  const { data } = parsed
  const canShare = process.platform === 'linux'
  if (data.SLIPWAY_WORKERS > 1 && !canShare) {
    warnings.push(
      `SLIPWAY_WORKERS is ${data.SLIPWAY_WORKERS}, but processes can share a port on Linux only: one serves.`,
    )
  }
  return {
    port: data.SLIPWAY_PORT,
    host: data.SLIPWAY_HOST,
    dataDirectory,
    configFile: path.resolve(workingDirectory, data.SLIPWAY_CONFIG),
    adminKey: data.SLIPWAY_ADMIN_KEY,
    masterKey: data.SLIPWAY_MASTER_KEY,
    databaseUrl: data.DATABASE_URL,
    logLevel: data.SLIPWAY_LOG_LEVEL,
    shutdownSeconds: data.SLIPWAY_SHUTDOWN_SECONDS,
    bodyLimitBytes: data.SLIPWAY_BODY_LIMIT_MB * 1024 * 1024,
    workers: canShare ? data.SLIPWAY_WORKERS : 1,
    objectStore: store.config,
    warnings,
  }
}
