import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { Artifact, NewArtifact, StageInputs } from '../../improve/pipelines/index.ts'
import type { ModelRegistry, ModelVersion } from '../../improve/registry/index.ts'

/** What the value of an artifact of the type `model` holds: a version of the registry. */
const modelValue = z.object({ reference: z.string(), model: z.string(), version: z.int() })

/** A version as an artifact: its digest is that of its files, so that the same weights are the same input. */
export function toModelArtifact({ model, number, digest, bytes, format }: ModelVersion): NewArtifact {
  const reference = `${model}@${number}`
  return { type: 'model', digest, value: { reference, model, version: number, digest, bytes, format } }
}

/** The version that an input names; `undefined` where there is no such input. */
export function modelOf(inputs: StageInputs, name: string): string | undefined {
  const input = inputs[name]
  if (!input) return undefined
  if ('each' in input)
    throw new Failure('invalid_request', `\`${name}\` is what a whole matrix has left; name one model.`)
  return modelValue.parse(input.value).reference
}

/** Why a result that names a version cannot be taken again. */
export async function whyModelIsStale(
  models: Pick<ModelRegistry, 'resolve'>,
  tenant: string,
  left: readonly Artifact[],
): Promise<string | undefined> {
  for (const { type, value, digest } of left) {
    if (type !== 'model') continue
    const { reference } = modelValue.parse(value)
    const found = await models.resolve(tenant, reference).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'not_found') return undefined
      throw error
    })
    if (found?.digest !== digest) return `${reference}, which it left, is not in the registry any more.`
  }
  return undefined
}
