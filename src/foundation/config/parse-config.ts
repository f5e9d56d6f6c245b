import { dirname, resolve } from 'node:path'

import type { PolicyContext } from './check-policies.ts'
import { checkReferences } from './check-references.ts'
import { readParts } from './config-parts.ts'
import { explainIssues } from './explain-issues.ts'
import type { ConfigProblem, Finding } from './problem.ts'
import { formatPath } from './problem.ts'
import { readSecrets } from './read-secrets.ts'
import type { EnvironmentVariables, Secrets } from './read-secrets.ts'
import { configSchema } from './schema/index.ts'
import { createSnapshot } from './snapshot.ts'
import type { ConfigSnapshot } from './snapshot.ts'
import { readYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

export type ParsedConfig =
  | { readonly snapshot: ConfigSnapshot; readonly secretFiles: readonly string[] }
  | { readonly problems: readonly ConfigProblem[]; readonly secretFiles: readonly string[] }

export interface ParseOptions extends PolicyContext {
  /** Leave secrets unread, for checks where they are not at hand (CI); the snapshot then knows none. */
  readonly isWithoutSecrets?: boolean
  readonly loadedAt?: Date
}

/**
 * Turns the text of a `slipway.yaml` into a snapshot, or into every problem that it has, in the order of the
 * file: YAML, schema, names that refer to each other, secrets that are not there. Reads the files of secrets
 * (relative to the folder of `file`) and nothing else.
 */
export function parseConfig(
  text: string,
  file: string,
  environment: EnvironmentVariables,
  options: ParseOptions = {},
): ParsedConfig {
  const source = readYaml(text)
  const problems: ConfigProblem[] = source.faults.map(({ position, message, mend }) => ({
    file,
    ...position,
    path: '',
    message,
    mend,
  }))
  if (source.faults.some(fault => !fault.isReadable)) return { problems, secretFiles: [] }
  if (source.data === null || source.data === undefined)
    return { problems: [...problems, emptyFile(file)], secretFiles: [] }

  const parsed = configSchema.safeParse(source.data)
  const parts = readParts(source.data)
  const secrets = options.isWithoutSecrets
    ? noSecrets
    : readSecrets(parts, dirname(resolve(file)), environment)
  const findings = [
    ...explainIssues(parsed.error?.issues ?? [], source.data),
    ...checkReferences(parts, options),
    ...secrets.findings,
  ]
  problems.push(...locate(findings, source, file))
  if (!parsed.success || problems.length > 0) return { problems: sort(problems), secretFiles: secrets.files }
  const snapshot = createSnapshot(parsed.data, file, secrets.values, options.loadedAt ?? new Date())
  return { snapshot, secretFiles: secrets.files }
}

const noSecrets: Secrets = { values: new Map(), files: [], findings: [] }

function emptyFile(file: string): ConfigProblem {
  return {
    file,
    line: 1,
    column: 1,
    path: '',
    message: 'The file declares nothing.',
    mend: 'Declare a service, or write `services: {}` where none is wanted.',
  }
}

function locate(findings: readonly Finding[], source: YamlSource, file: string): ConfigProblem[] {
  return findings.map(({ path, at, message, mend }) => ({
    file,
    ...source.positionOf(path, at),
    path: formatPath(path),
    message,
    mend,
  }))
}

function sort(problems: ConfigProblem[]): ConfigProblem[] {
  return problems.toSorted((left, right) => left.line - right.line || left.column - right.column)
}
