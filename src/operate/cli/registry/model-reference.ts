import { usageError } from '../command-error.ts'

/** `NAME` or `NAME@REF`, as it stands in paths of the API; `at` is `undefined` where only the model is named. */
export function readModelReference(text: string): {
  readonly name: string
  readonly at: string | undefined
  readonly modelPath: string
  /** Of the version; the newest where none is named. */
  readonly versionPath: string
} {
  const [, name = '', at] = /^([^@/:]+)(?:@([^@/:]+))?$/.exec(text) ?? []
  if (name === '')
    throw usageError(
      `${text} names no model.`,
      'Write NAME, NAME@3, NAME@latest or NAME@ALIAS; `slipway model list` shows what there is.',
    )
  const modelPath = `/api/models/${encodeURIComponent(name)}`
  return { name, at, modelPath, versionPath: `${modelPath}/versions/${encodeURIComponent(at ?? 'latest')}` }
}

/** What was named as `KIND:ID`. */
export function readEvidence(
  texts: readonly string[] | undefined,
): { readonly kind: string; readonly id: string }[] | undefined {
  return texts?.map(text => {
    const [, kind, id] = /^([a-z][a-z0-9-]*):(.+)$/.exec(text) ?? []
    if (kind !== undefined && id !== undefined) return { kind, id }
    throw usageError(`${text} is no evidence.`, 'Write KIND:ID, as in evaluation:01a2….')
  })
}
