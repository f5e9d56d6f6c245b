import { Failure, type Queryable } from '../foundation/platform/index.ts'
import {
  columnsOfRole,
  type Datasets,
  formatReference,
  type ResolvedVersion,
} from '../improve/datasets/index.ts'
import {
  type EvaluatorCatalogue,
  findEvaluatorOfRun,
  findNewerScoresOfRelease,
  type FindRelease,
  findScoresOfRelease,
  unlikeJudge,
} from '../improve/evaluation/index.ts'
import type { ReferencePorts } from '../observe/monitors/index.ts'
import { lastWordsOf } from '../observe/traces/index.ts'

/** What monitors are held against beside traffic: evaluations and datasets, which they may not import. */
export function monitorReferences(parts: {
  readonly database: Queryable
  readonly findRelease: () => FindRelease
  readonly evaluators: () => EvaluatorCatalogue
  readonly datasets: () => Pick<Datasets, 'resolve' | 'scanRows'>
}): ReferencePorts {
  return {
    servingRelease: service => {
      const found = parts.findRelease()({ service, release: undefined })
      return found && { release: found.release, hash: found.hash }
    },
    findEvaluation: async (wanted, serving) => {
      const found = await findScoresOfRelease(parts.database, { ...wanted, hash: serving.hash })
      if ('missing' in found)
        return {
          missing: {
            run: `No run of ${wanted.suite} (${wanted.tenant}) that has ended has asked ${wanted.service}@${serving.release} as it is now.`,
            evaluator: `The runs of ${wanted.suite} have no evaluator named ${wanted.evaluator} that scores single answers.`,
          }[found.missing],
        }
      const { run, values } = found
      return {
        run: run.id,
        suite: wanted.suite,
        evaluator: wanted.evaluator,
        release: serving.release,
        releaseHash: serving.hash,
        fromMs: (run.startedAt ?? run.createdAt).getTime(),
        untilMs: (run.endedAt ?? run.createdAt).getTime(),
        values,
      }
    },
    findNewerEvaluation: async ({ releaseHash, ...wanted }, { run: id, fromMs }) => {
      const known = { id, begunAt: new Date(fromMs) }
      const found = await findNewerScoresOfRelease(parts.database, { ...wanted, hash: releaseHash }, known)
      if (!found) return undefined
      const { run, values } = found
      return { run: run.id, endedAtMs: (run.endedAt ?? run.createdAt).getTime(), values }
    },
    compareJudge: async ({ service, ...wanted }, judge) => {
      const found = await findEvaluatorOfRun(parts.database, parts.evaluators(), wanted)
      return found
        ? unlikeJudge(found, judge, { service, findRelease: parts.findRelease() })
        : { missing: 'the run is not kept any more, or its suite cannot be read' }
    },
    readPrompts: async ({ tenant, dataset, column }, most, signal) => {
      try {
        return await readPrompts(parts.datasets(), await parts.datasets().resolve(tenant, dataset), {
          column,
          most,
          signal,
        })
      } catch (error) {
        if (error instanceof Failure && (error.code === 'not_found' || error.code === 'invalid_request'))
          return { missing: error.message }
        throw error
      }
    },
  }
}

const usualColumns = ['messages', 'input', 'prompt']

async function readPrompts(
  datasets: Pick<Datasets, 'scanRows'>,
  resolved: ResolvedVersion,
  wanted: { readonly column: string | undefined; readonly most: number; readonly signal: AbortSignal },
): ReturnType<ReferencePorts['readPrompts']> {
  const { dataset, version, definition, split } = resolved
  const { schema, createdAt } = version.manifest
  const reference = formatReference({ dataset: dataset.name, revision: String(version.number), split })
  const columns = new Set(schema.columns.map(({ name }) => name))
  const column =
    wanted.column ?? [...columnsOfRole(definition, 'input'), ...usualColumns].find(name => columns.has(name))
  if (column === undefined || !columns.has(column))
    return {
      missing:
        column === undefined
          ? `${reference} does not say which column holds the prompts. Name it in ` + '`column`' + `.`
          : `${reference} has no column ${column}; it has ${[...columns].join(', ')}.`,
    }
  // which ones, their texts decide
  const every = Math.ceil(version.manifest.rows / wanted.most)
  const name = `"${column.replaceAll('"', '""')}"`
  const rows = datasets.scanRows(resolved, {
    columns: [column],
    limit: 1_000,
    signal: wanted.signal,
    ...(every > 1 && { where: `hash(${name}) % ${every} = 0` }),
  })
  const prompts: { readonly id: string; readonly text: string }[] = []
  for await (const { key, row } of rows) {
    const text = lastWordsOf(row[column])
    if (text !== undefined && text !== '') prompts.push({ id: `${reference} ${key}`, text })
    if (prompts.length >= wanted.most) break
  }
  return { version: reference, column, madeAtMs: new Date(createdAt).getTime(), prompts }
}
