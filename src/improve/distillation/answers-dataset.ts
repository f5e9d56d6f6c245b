import type { ColumnType } from '../datasets/index.ts'

/** The columns of a dataset of answers of a teacher. */
export const answerColumns = {
  source_key: 'string',
  messages: 'json',
  teacher: 'string',
  teacher_model: 'string',
  request_id: 'string',
  prompt_sha256: 'string',
  scores: 'json',
  service: 'string',
} as const satisfies Readonly<Record<string, ColumnType>>

/** Of a dataset that is made for them. */
export const answersDefinition = `description: Answers of a teacher, for a student to learn from.
key: source_key
columns:
  source_key: { type: string, nullable: false }
  messages: { type: json, nullable: false }
  teacher: { type: string, nullable: false }
`
