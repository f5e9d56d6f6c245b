import type { ConfigSource } from '../foundation/config/index.ts'
import type { Database, Jobs, Logger, MetricsRegistry } from '../foundation/platform/index.ts'
import type { Access } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { type Datasets, formatReference } from '../improve/datasets/index.ts'
import { type ComparedColumn, type DriftPorts, type LaidSample, openDrift } from '../observe/drift/index.ts'
import { handleInPrimary } from './workers/primary-routes.ts'
import type { Processes } from './workers/processes.ts'

interface DriftParts {
  readonly processes: Processes
  readonly database: Database
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly datasets: Datasets
}

/** Drift reports: the primary makes them, with the data workers that datasets have. */
export function composeDrift(parts: DriftParts) {
  const { configuration, database, datasets } = parts
  const opened = openDrift({
    database,
    access: parts.access,
    audit: parts.audit,
    logger: parts.logger,
    registry: parts.registry,
    settings: () => configuration.current().config.drift,
    ports: createPorts(datasets),
  })
  parts.jobs.register(opened.job)
  parts.jobs.schedule(opened.job.name, '41 3 * * *')
  return { ...opened, routes: handleInPrimary(parts.processes, opened.routes) }
}

const kinds = {
  boolean: 'category',
  integer: 'number',
  number: 'number',
  string: 'auto',
  json: 'auto',
} as const satisfies Record<string, ComparedColumn['kind']>

function createPorts(datasets: Datasets): DriftPorts {
  return {
    async findVersion(tenant, reference) {
      const resolved = await datasets.resolve(tenant, reference)
      const { schema } = resolved.version.manifest
      const columns = schema.columns.flatMap(({ name, type }): ComparedColumn[] =>
        // what names a row, or when it was, says nothing of what it is like
        type === 'timestamp' || schema.key.includes(name) ? [] : [{ name, kind: kinds[type] }],
      )
      const version = formatReference({
        dataset: resolved.dataset.name,
        revision: resolved.version.id,
        split: resolved.split,
      })
      return { version, columns }
    },
    withFolder: work => datasets.withFolder(work),
    async compare({ samples, ...wanted }, { signal, progress }) {
      const versions = [samples.reference, samples.current].filter(sample => sample.kind === 'dataset')
      const resolved = await Promise.all(
        versions.map(async ({ tenant, version }) => await datasets.resolve(tenant, version)),
      )
      return await datasets.withFiles(
        resolved,
        async files => {
          const rowsOf = (sample: LaidSample) => {
            if (sample.kind === 'file')
              return {
                ...sample,
                types: Object.fromEntries([
                  ['_id', 'VARCHAR' as const],
                  ...sample.columns.map(
                    ({ name, kind }) => [name, kind === 'number' ? 'DOUBLE' : 'VARCHAR'] as const,
                  ),
                ]),
              }
            const place = versions.indexOf(sample)
            const [version, own] = [resolved[place], files[place]]
            if (!version || !own) throw new Error(`The files of ${sample.version} are not there.`)
            const { split } = version
            return {
              kind: 'version' as const,
              of: `${version.dataset.name}@${version.version.number}${split === undefined ? '' : `:${split}`}`,
              files: own,
              ...(split !== undefined &&
                version.definition.splits && { split: { name: split, splits: version.definition.splits } }),
            }
          }
          return await datasets.runTask(
            'compare-samples',
            {
              ...wanted,
              samples: { reference: rowsOf(samples.reference), current: rowsOf(samples.current) },
            },
            { signal, progress },
          )
        },
        signal,
      )
    },
  }
}
