import { parse } from 'yaml'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { ModelVersion } from '../../registry/index.ts'

const headShape = z.looseObject({
  'model-index': z.array(z.looseObject({ name: z.string() })).optional(),
  slipway: z.looseObject({ digest: z.string() }).optional(),
})

/**
 * Holds a card to its form, and to the version that it says it is of. Says whether it names one. Throws `checks_failed` where it is no card, or that of
 * another model.
 */
export function checkCard(text: string, version: ModelVersion): { readonly namesVersion: boolean } {
  const [, head] = /^---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/.exec(text) ?? []
  if (head === undefined) throw refuse('The card does not begin with front matter between lines of `---`.')
  let data: unknown
  try {
    data = parse(head)
  } catch (cause) {
    throw refuse('The front matter of the card is no YAML.', cause)
  }
  const parsed = headShape.safeParse(data)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refuse(
      `The front matter of the card is malformed: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}.`,
    )
  }
  const said = parsed.data.slipway?.digest
  if (said !== undefined && said !== version.digest)
    throw refuse(
      `The card is of the model ${said.slice(0, 12)}…, and the version is ${version.digest.slice(0, 12)}…. Write it again.`,
    )
  return { namesVersion: said !== undefined }
}

function refuse(message: string, cause?: unknown): Failure {
  return new Failure('checks_failed', message, { cause })
}
