import {
  type ConfigFinding,
  type ConfigProblem,
  declarationReader,
  formatProblem,
} from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import { checkSuite, type EvaluatorCatalogue, type FindRelease, suiteSchema } from '../evaluation/index.ts'
import type { TeacherTerms } from './ports.ts'
import { type Recipe, recipeSchema } from './recipe-schema.ts'
import { suiteOf } from './write-pipeline.ts'

export interface RecipeContext {
  readonly evaluators: EvaluatorCatalogue
  readonly findRelease: FindRelease
  readonly services: readonly string[]
  readonly termsOf: TeacherTerms
}

/** Reads a recipe. Throws `invalid_request` that says all that is wrong with it, with line and column. */
export function readRecipe(text: string, file: string, context: RecipeContext): Recipe {
  const read = declarationReader({
    schema: recipeSchema,
    page: 'docs/training.md',
    check: recipe => [
      ...checkTeacher(recipe, context),
      ...checkStudent(recipe),
      ...checkAsSuites(recipe, context),
    ],
  })(text, file)
  if ('value' in read) return read.value
  throw recipeFailure(read.problems)
}

function recipeFailure(problems: readonly ConfigProblem[]): Failure {
  return new Failure('invalid_request', problems.map(formatProblem).join('\n'), {
    details: {
      parameter: 'recipe',
      problems: problems.map(({ path, line, column, message, mend }) => ({
        parameter: path,
        message: `line ${line}, column ${column}: ${message} ${mend}`,
      })),
    },
  })
}

function checkTeacher({ teacher }: Recipe, { termsOf }: RecipeContext): ConfigFinding[] {
  const refused = (termsOf(teacher) ?? []).filter(({ isAllowed }) => !isAllowed)
  return refused.map(target => ({ path: ['teacher'], at: 'value', ...sayRefusal(teacher, target) }))
}

/** Why a teacher’s answers may not be learned, and what would allow it. */
export function sayRefusal(
  teacher: string,
  {
    name,
    place,
    terms,
  }: { readonly name: string; readonly place: string; readonly terms: string | undefined },
): { readonly message: string; readonly mend: string } {
  const why =
    terms === undefined ? 'nothing says that they may be' : `${place}.trainingOnOutput says no: ${terms}`
  return {
    message: `Answers of \`${teacher}\` may not be learned: ${name} gives them, and ${why}.`,
    mend: `Where its licence or terms allow it, write \`trainingOnOutput: { allowed: true, terms: … }\` under \`${place}\` in slipway.yaml.`,
  }
}

function checkStudent({ student, compare }: Recipe): ConfigFinding[] {
  if (compare && student.release === undefined)
    return [
      {
        path: ['student'],
        at: 'key',
        message: 'There is nothing to compare: no release serves the student.',
        mend: 'Add `release: service@release` (and `alias`, which its engine follows), or remove `compare`.',
      },
    ]
  return []
}

/** The parts of a recipe that suites have are checked as theirs are. */
function checkAsSuites(recipe: Recipe, context: RecipeContext): ConfigFinding[] {
  const asked = suiteSchema.parse({
    suite: 'distil',
    dataset: recipe.data.dataset,
    request: recipe.data.request,
    releases: [recipe.teacher],
    evaluators: recipe.filters.length === 0 ? ['exact'] : recipe.filters,
  })
  const suite = suiteOf(recipe)
  return [
    ...move(checkSuite(asked, context), {
      request: ['data', 'request'],
      evaluators: ['filters'],
      releases: ['teacher'],
    }),
    ...(suite === undefined
      ? []
      : move(
          checkSuite(suiteSchema.parse(suite), context).filter(({ path }) => path[0] !== 'request'),
          { releases: ['student', 'release'], '': ['compare'] },
        ).filter(({ path }) => path[0] !== 'teacher')),
  ]
}

/** Findings of a suite, at the places of the recipe that it was made of. */
function move(
  findings: readonly ConfigFinding[],
  places: Readonly<Record<string, readonly string[]>>,
): ConfigFinding[] {
  return findings.map(finding => {
    const [first = '', ...rest] = finding.path
    const place = places[String(first)]
    if (place === undefined) return { ...finding, path: [...(places[''] ?? []), ...finding.path] }
    // one value there, a list in the suite
    return { ...finding, path: first === 'releases' ? [...place] : [...place, ...rest] }
  })
}
