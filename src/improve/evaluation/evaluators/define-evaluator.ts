import type { z } from 'zod'
import type { EvaluatorKind, Score } from '../evaluator.ts'

/** A kind of evaluator whose `create` knows the type that its schema gives. */
export function defineEvaluator<Parameters extends z.ZodType>(
  kind: EvaluatorKind<Parameters>,
): EvaluatorKind {
  // the catalogue parses parameters with the schema of the kind before it makes it
  return kind
}

/** The evaluator has nothing to say of this example. */
export function notApplicable(why: string): Score {
  return { value: undefined, label: 'not applicable', why: `${why}.` }
}
