import type { Queryable } from '../../../foundation/platform/index.ts'
import type { CheckSummary, DatasetVersion, VersionSource } from '../dataset.ts'
import { findReportOfVersion } from '../stores/report-store.ts'
import { findVersion } from '../stores/version-store.ts'

const mostVersions = 10_000

/** Where the rows of a version may have come from: its own source and those of all that it was made of. */
export async function traceOrigins(
  queryable: Queryable,
  tenant: string,
  version: DatasetVersion,
): Promise<VersionSource[]> {
  const sources: VersionSource[] = []
  const known = new Set([version.id])
  const open = [version]
  for (let next = open.pop(); next && known.size < mostVersions; next = open.pop()) {
    const { source, parents } = next.manifest
    sources.push(source)
    const named = 'of' in source ? [...parents, source.of] : parents
    for (const id of named) {
      if (known.has(id)) continue
      known.add(id)
      const found = await findVersion(queryable, tenant, id)
      if (found) open.push(found)
    }
  }
  return sources
}

/** What the checks say of a version now: those of its newest report, or of its publication. */
export async function readChecks(
  queryable: Queryable,
  version: DatasetVersion,
): Promise<readonly CheckSummary[]> {
  const report = await findReportOfVersion(queryable, version.id)
  return report?.summaries ?? version.manifest.checks
}
