import { Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { Datasets } from '../datasets/index.ts'
import type { MayLearnFrom } from './ports.ts'
import { readRecipe, type RecipeContext } from './read-recipe.ts'
import { writePipeline } from './write-pipeline.ts'

/** Who does something. */
export interface DistillationCaller {
  readonly principal: Principal
  readonly tenant: string
  readonly requestId: string
}

export interface Distillations {
  /**
   * Makes a pipeline of a recipe, and a suite where it compares, and begins a run. Throws `invalid_request` with all that is wrong with the
   * recipe, also where the teacher's answers or the data may not be learned from.
   */
  begin(
    caller: DistillationCaller,
    text: string,
    usesCache: boolean,
  ): Promise<{
    readonly run: string
    readonly pipeline: string
    readonly version: number
    readonly suite: string | null
  }>
}

export interface DistillationsOptions {
  readonly context: () => RecipeContext
  readonly datasets: Pick<Datasets, 'resolve'>
  readonly mayLearnFrom: MayLearnFrom
  readonly mayCall: (principal: Principal, service: string) => boolean
  /** Stores it as the next version of its name. */
  readonly putSuite: (caller: DistillationCaller, text: string) => Promise<string>
  readonly runPipeline: (
    caller: DistillationCaller,
    text: string,
    usesCache: boolean,
  ) => Promise<{ readonly run: string; readonly pipeline: string; readonly version: number }>
}

export function createDistillations(options: DistillationsOptions): Distillations {
  return {
    async begin(caller, text, usesCache) {
      const recipe = readRecipe(text, 'recipe.yaml', options.context())
      if (!options.mayCall(caller.principal, recipe.teacher))
        throw new Failure(
          'forbidden',
          `This key may not call the service \`${recipe.teacher}\`, which teaches.`,
        )
      await options.mayLearnFrom(
        caller.tenant,
        await options.datasets.resolve(caller.tenant, recipe.data.dataset),
      )
      const { pipeline, suite } = writePipeline(recipe)
      const stored = suite === undefined ? null : await options.putSuite(caller, suite)
      return { ...(await options.runPipeline(caller, pipeline, usesCache)), suite: stored }
    },
  }
}
