import { Failure } from '../../../foundation/platform/index.ts'
import { resolveVersion } from '../find-model.ts'
import type { ModelFile, ModelVersion } from '../model.ts'
import type { GivenLineage } from '../registry.ts'
import { listArtifacts } from './artifact-store.ts'
import { findPlace } from './artifacts.ts'
import { getLoggedModel } from './logged-models.ts'
import type { MlflowCall } from './mlflow-context.ts'
import { getRun } from './runs.ts'
import { listModelPoints } from './tracking-store.ts'

/** The tag of a run that names the versions of our datasets that it learned from: `support@12, extra@3`. */
const datasetTag = 'slipway.dataset'

/**
 * Makes a version of the artifacts that a client has logged. They are stored already, so nothing is copied; the version keeps
 * them from then on, whatever becomes of the run.
 */
export async function registerVersion(
  call: MlflowCall,
  given: {
    readonly model: string
    readonly source: string
    readonly runId: string | undefined
    readonly runLink: string | undefined
    readonly loggedModelId: string | undefined
    readonly description: string | undefined
    readonly tags: Readonly<Record<string, string>>
  },
): Promise<ModelVersion> {
  const { files, from } = await findFiles(call, given.source, given.loggedModelId)
  if (files.length === 0)
    throw new Failure('invalid_request', `There are no artifacts at ${given.source.slice(0, 200)}.`)
  const logged = given.loggedModelId ? await getLoggedModel(call, given.loggedModelId) : undefined
  const runId = given.runId ?? (logged?.sourceRunId || undefined)
  const run = runId === undefined ? undefined : await getRun(call, runId)
  const points = logged ? await listModelPoints(call.context.database, [logged.id]) : []
  const metrics = [
    ...Object.entries(run?.latest ?? {}).map(([key, { value }]) => [key, Number(value)] as const),
    ...points.map(({ key, value }) => [key, value] as const),
  ].filter(([, value]) => Number.isFinite(value))
  const datasets = (run?.tags[datasetTag] ?? '')
    .split(',')
    .map(reference => reference.trim())
    .filter(reference => reference !== '')
  const lineage: GivenLineage = {
    datasets: datasets.map(reference => ({ reference })),
    runs: run ? [{ kind: 'mlflow', id: run.id }] : [],
    // a version that was copied from another
    models: from ? [{ reference: `${from.model}@${from.number}`, role: 'base' }] : [],
  }
  const { version } = await call.registry.publishFiles({
    caller: call.caller,
    model: given.model,
    files,
    lineage,
    metrics: Object.fromEntries(metrics),
    tags: given.tags,
    description: given.description,
    isAlwaysNew: true,
    source: {
      kind: 'mlflow',
      uri: given.source,
      ...(run && { run_id: run.id }),
      ...(given.runLink !== undefined && { run_link: given.runLink }),
      ...(logged && { model_id: logged.id }),
    },
  })
  return version
}

async function findFiles(
  call: MlflowCall,
  source: string,
  loggedModelId: string | undefined,
): Promise<{ readonly files: readonly ModelFile[]; readonly from?: ModelVersion }> {
  const { context, caller } = call
  const [, model] = /^models:\/+(m-[0-9a-f]{32})$/.exec(source) ?? []
  const [, named, number] = /^models:\/+([^/]+)\/(\d+)$/.exec(source) ?? []
  if (named !== undefined && number !== undefined) {
    const from = await resolveVersion(context, caller.tenant, `${decodeURIComponent(named)}@${number}`)
    return { files: from.manifest.files, from }
  }
  const [, artifacts] = /^mlflow-artifacts:(?:\/\/[^/]+)?\/+(.*)$/.exec(source) ?? []
  if (artifacts !== undefined) {
    const place = await findPlace(call, artifacts)
    return { files: below(await place.files(), place.path) }
  }
  const [, run, path = ''] = /^runs:\/+([0-9a-f]{32})(?:\/(.*))?$/.exec(source) ?? []
  if (run !== undefined) {
    await getRun(call, run)
    return { files: below(await listArtifacts(context.database, caller.tenant, run, path), path) }
  }
  const id = model ?? loggedModelId
  if (id === undefined)
    throw new Failure(
      'invalid_request',
      `${source.slice(0, 200)} is not kept here. Log the model to this server, or send its files (\`PUT /api/model-files/SHA256\`).`,
    )
  await getLoggedModel(call, id)
  return { files: await listArtifacts(context.database, caller.tenant, id) }
}

/** With paths from the folder on. */
function below(files: readonly ModelFile[], folder: string): ModelFile[] {
  const prefix = folder === '' ? '' : `${folder}/`
  return files.flatMap(file =>
    file.path.startsWith(prefix) ? [{ ...file, path: file.path.slice(prefix.length) }] : [],
  )
}
