import { Failure } from '../../foundation/platform/index.ts'
import { aliasName, modelName } from './definition.ts'

/** Which version of which model is meant. */
export interface ModelReference {
  /** `undefined`: that of whoever asks. */
  readonly tenant: string | undefined
  readonly model: string
  /** An alias, the number of a version, or `latest`. */
  readonly at: string
}

/**
 * Reads `[TENANT/]MODEL[@ALIAS|@NUMBER|@latest]`; without a place it is `latest`, the newest version. Throws `invalid_request` for
 * what is none.
 */
export function parseModelReference(text: string): ModelReference {
  const [, tenant, model = '', at = 'latest'] = /^(?:([^/@]+)\/)?([^/@]+)(?:@([^/@]+))?$/.exec(text) ?? []
  const isPlace = at === 'latest' || /^[1-9]\d{0,8}$/.test(at) || aliasName.safeParse(at).success
  if (modelName.safeParse(model).success && isPlace) return { tenant, model, at }
  throw new Failure(
    'invalid_request',
    `${JSON.stringify(text.slice(0, 100))} names no model: write NAME@ALIAS, NAME@NUMBER or NAME, which is its newest version.`,
    { details: { parameter: 'model' } },
  )
}
