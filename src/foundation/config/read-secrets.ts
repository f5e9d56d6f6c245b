import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import type { ConfigParts } from './config-parts.ts'
import type { DataPath, Finding } from './problem.ts'
import { formatPath } from './problem.ts'
import { channelSecrets, providerSecrets, type SecretReference } from './schema/index.ts'

/** Where secrets named by `{ env }` are looked up; usually `process.env`. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

export interface Secrets {
  /** The values, by the path of their reference. */
  readonly values: ReadonlyMap<string, string>
  /** Every file that was named, whether or not it could be read, so that changes of it can be noticed. */
  readonly files: readonly string[]
  readonly findings: readonly Finding[]
}

export function readSecrets(parts: ConfigParts, folder: string, environment: EnvironmentVariables): Secrets {
  const values = new Map<string, string>()
  const files: string[] = []
  const findings: Finding[] = []
  for (const [path, reference] of referencesIn(parts)) {
    const name = formatPath(path)
    if (values.has(name)) {
      const mend = 'Rename one of the two: the dots in the names make them read alike.'
      findings.push({ path, at: 'key', message: `\`${name}\` stands for two different secrets.`, mend })
      continue
    }
    if ('file' in reference) files.push(resolve(folder, reference.file))
    const read = readSecret(reference, folder, environment)
    if (read.kind === 'value') values.set(name, read.value)
    else findings.push({ path: [...path, 'env' in reference ? 'env' : 'file'], at: 'value', ...read })
  }
  return { values, files, findings }
}

type SecretRead =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'absent'; readonly message: string; readonly mend: string }

function readSecret(
  reference: SecretReference,
  folder: string,
  environment: EnvironmentVariables,
): SecretRead {
  if ('env' in reference) {
    const value = environment[reference.env]?.trim() ?? ''
    if (value !== '') return { kind: 'value', value }
    const state = environment[reference.env] === undefined ? 'not set' : 'empty'
    return {
      kind: 'absent',
      message: `The environment variable ${reference.env} is ${state}.`,
      mend: `Set it before starting, e.g. \`export ${reference.env}=…\`, or remove what needs it.`,
    }
  }
  const file = resolve(folder, reference.file)
  try {
    const value = readFileSync(file, 'utf8').trim()
    if (value !== '') return { kind: 'value', value }
    return { kind: 'absent', message: `The file ${file} is empty.`, mend: 'Write the secret into it.' }
  } catch (error) {
    return { kind: 'absent', ...explainFile(file, error) }
  }
}

function explainFile(file: string, error: unknown): { message: string; mend: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT')
    return {
      message: `There is no file ${file}.`,
      mend: 'Create it with the secret in it, or correct the path.',
    }
  if (code === 'EACCES' || code === 'EPERM')
    return { message: `The file ${file} may not be read.`, mend: 'Let the user that runs Slipway read it.' }
  if (code === 'EISDIR')
    return { message: `${file} is a folder.`, mend: 'Name the file that holds the secret.' }
  return { message: `The file ${file} cannot be read (${String(code ?? error)}).`, mend: 'Check the path.' }
}

function* referencesIn(parts: ConfigParts): Generator<readonly [DataPath, SecretReference]> {
  for (const [name, provider] of parts.providers) {
    for (const field of providerSecrets) {
      const reference = provider[field]
      if (reference !== undefined) yield [['providers', name, field], reference]
    }
    for (const [header, value] of Object.entries(provider.headers ?? {}))
      if (typeof value !== 'string') yield [['providers', name, 'headers', header], value]
  }
  for (const [name, trainer] of parts.trainers) {
    const path = ['training', 'trainers', name]
    if (trainer.kind === 'provider') continue
    for (const [variable, value] of Object.entries(trainer.environment ?? {}))
      if (typeof value !== 'string') yield [[...path, 'environment', variable], value]
  }
  for (const [name, channel] of parts.alerts.channels) {
    for (const field of channelSecrets) {
      const reference = (channel as Readonly<Partial<Record<typeof field, SecretReference | string>>>)[field]
      if (typeof reference === 'object') yield [['alerts', 'channels', name, field], reference]
    }
  }
  for (const [header, value] of Object.entries(parts.traces?.otlp?.headers ?? {}))
    if (typeof value !== 'string') yield [['traces', 'otlp', 'headers', header], value]
  for (const [name, reference] of Object.entries(parts.pipelines?.commands.secrets ?? {}))
    yield [['pipelines', 'commands', 'secrets', name], reference]
  for (const [name, { password }] of Object.entries(parts.packaging?.registries ?? {}))
    if (password) yield [['packaging', 'registries', name, 'password'], password]
  for (const [service, { secret }] of Object.entries(parts.reviews?.webhooks ?? {}))
    yield [['reviews', 'webhooks', service, 'secret'], secret]
}
