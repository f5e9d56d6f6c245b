import { z } from 'zod'
import { explainIssues } from './explain-issues.ts'
import type { ConfigProblem, Finding } from './problem.ts'
import { formatPath } from './problem.ts'
import { outlineOf, type SchemaNode } from './schema-outline.ts'
import { readYaml } from './yaml-source.ts'

export type ParsedDeclaration<Value> =
  | { readonly value: Value }
  /** In the order of the text; never empty. */
  | { readonly problems: readonly ConfigProblem[] }

/** What kind of text is read, and how it is checked. */
export interface DeclarationKind<Shape extends z.ZodType> {
  readonly schema: Shape
  /** Where people read what may stand in it: `docs/evaluation.md`. */
  readonly page: string
  /** What is wrong beyond the schema: names that refer to each other, numbers that do not go together. */
  readonly check?: (value: z.output<Shape>) => readonly Finding[]
}

/**
 * Makes a reader of one kind of YAML text that people write beside their data. It gives the value, or every problem of the
 * text with its line, its column and what was probably meant.
 */
export function declarationReader<Shape extends z.ZodType>(
  kind: DeclarationKind<Shape>,
): (text: string, file: string) => ParsedDeclaration<z.output<Shape>> {
  const outlineAt = outlineOf(() => jsonSchemaOf(kind.schema))
  return (text, file) => {
    const source = readYaml(text)
    const faults = source.faults.map(({ position, message, mend }) => ({
      file,
      ...position,
      path: '',
      message,
      mend,
    }))
    if (source.faults.some(({ isReadable }) => !isReadable)) return { problems: faults }
    if (source.data === null || source.data === undefined) {
      const message = 'The text declares nothing.'
      return {
        problems: [...faults, { file, line: 1, column: 1, path: '', message, mend: `See ${kind.page}.` }],
      }
    }
    const parsed = kind.schema.safeParse(source.data)
    const findings = parsed.success
      ? (kind.check?.(parsed.data) ?? [])
      : explainIssues(parsed.error.issues, source.data, { outlineAt, page: kind.page })
    const found = findings.map(({ path, at, message, mend }) => ({
      file,
      ...source.positionOf(path, at),
      path: formatPath(path),
      message,
      mend,
    }))
    const problems = [...faults, ...found].toSorted(
      (left, right) => left.line - right.line || left.column - right.column,
    )
    return parsed.success && problems.length === 0 ? { value: parsed.data } : { problems }
  }
}

/** Explains what a schema found in a part of a text, with paths within that part. */
export function explainSchemaIssues(
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  data: unknown,
  page: string,
): readonly Finding[] {
  return explainIssues(issues, data, { outlineAt: outlineOf(() => jsonSchemaOf(schema)), page, isPart: true })
}

function jsonSchemaOf(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as SchemaNode
}
