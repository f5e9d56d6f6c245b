import { type ConfigSnapshot, releaseTargets } from '../foundation/config/index.ts'
import type { Database } from '../foundation/platform/index.ts'
import { type Access, actorOf, type Principal } from '../govern/access/index.ts'
import { mayLearnFrom, type Datasets } from '../improve/datasets/index.ts'
import {
  createDistillations,
  type DistillationCaller,
  distillationRoutes,
  type LabelParts,
  type TeacherTerms,
} from '../improve/distillation/index.ts'
import type {
  CreateAnswerFilter,
  Evaluations,
  EvaluatorCatalogue,
  FindRelease,
} from '../improve/evaluation/index.ts'
import type { Pipelines, StageKind } from '../improve/pipelines/index.ts'
import type { BatchAccess } from '../serve/batches/index.ts'
import { createDistillationReportStage } from './pipelines/distillation-report-stage.ts'
import { createTeacherAnswersStage } from './pipelines/teacher-answers-stage.ts'
import { handleInPrimary } from './workers/primary-routes.ts'
import type { Processes } from './workers/processes.ts'

interface DistillationParts {
  readonly processes: Processes
  readonly database: Database
  readonly access: Access
  readonly snapshot: () => ConfigSnapshot
  /** The release that answers for a service now; `undefined` where there is no such service. */
  readonly liveRelease: (service: string) => string | undefined
  readonly datasets: Datasets
  readonly evaluations: Evaluations
  readonly createFilter: CreateAnswerFilter
  readonly evaluators: EvaluatorCatalogue
  readonly findRelease: FindRelease
  readonly batches: BatchAccess
  readonly mayCall: (principal: Principal, service: string) => boolean
}

/** Distillation: a pipeline made of a recipe, with two kinds of stages of its own. */
export function composeDistillation(parts: DistillationParts) {
  const { access, snapshot, datasets, evaluations, findRelease, mayCall } = parts
  const permissions = {
    tenant: (id: string) => snapshot().config.tenants[id]?.useForTraining,
    service: (name: string) => snapshot().config.services[name]?.useForTraining,
  }
  const termsOf = createTeacherTerms(snapshot, parts.liveRelease)
  const labelling: LabelParts = {
    datasets,
    batches: { ...parts.batches, mostLines: () => snapshot().config.batches.maxLines },
    createFilter: parts.createFilter,
    findRelease,
    termsOf,
    mayLearnFrom: async (tenant, version) =>
      await mayLearnFrom({ database: parts.database, permissions }, tenant, version),
    mayCall,
  }
  const kinds: StageKind[] = [
    createTeacherAnswersStage({ ...labelling, access }),
    createDistillationReportStage({ evaluations }),
  ]
  return {
    kinds,
    routes: (pipelines: Pipelines) =>
      // the primary alone has the data workers
      handleInPrimary(
        parts.processes,
        distillationRoutes({
          access,
          distillations: createDistillations({
            context: () => ({
              evaluators: parts.evaluators,
              findRelease,
              services: Object.keys(snapshot().config.services),
              termsOf,
            }),
            datasets,
            mayLearnFrom: labelling.mayLearnFrom,
            mayCall,
            putSuite: async (caller, text) => (await evaluations.putSuite(caller, text, 'recipe.yaml')).name,
            runPipeline: async (caller, text, usesCache) => {
              const { name } = await pipelines.define(caller, text, 'recipe.yaml')
              const run = await pipelines.begin(authorOf(caller), {
                pipeline: name,
                parameters: {},
                usesCache,
                trigger: 'manual',
              })
              if (!run) throw new Error('a run without a trigger key is always begun')
              return { run: run.id, pipeline: run.pipeline, version: run.version }
            },
          }),
        }),
      ),
  }
}

function authorOf({ principal, tenant, requestId }: DistillationCaller) {
  return {
    tenant,
    actor: actorOf(principal),
    author: principal.keyName,
    keyId: principal.keyId,
    requestId,
  }
}

/** What providers and engines of the release that serves say of learning from their answers. */
function createTeacherTerms(
  snapshot: () => ConfigSnapshot,
  liveRelease: (service: string) => string | undefined,
): TeacherTerms {
  return service => {
    const { services, providers, engines } = snapshot().config
    const declared = Object.hasOwn(services, service) ? services[service] : undefined
    const release = declared?.releases[liveRelease(service) ?? '']
    if (!release) return undefined
    const targets = [...releaseTargets(release), ...(release.fallbacks ?? []).map(({ target }) => target)]
    const places = new Set(
      targets.map(target =>
        'engine' in target ? `engines.${target.engine}` : `providers.${target.provider}`,
      ),
    )
    return [...places].map(place => {
      const [kind, ...rest] = place.split('.')
      const name = rest.join('.')
      const terms = (kind === 'engines' ? engines[name] : providers[name])?.trainingOnOutput
      return {
        name: `the ${kind === 'engines' ? 'engine' : 'provider'} \`${name}\``,
        place,
        isAllowed: terms?.allowed === true,
        terms: terms?.terms,
      }
    })
  }
}
