import type { PipelineStage } from '../../api/types.ts'
import { modelPath } from '../models/model-href.ts'

/** The page of what an artifact names: a version of a dataset or a model, or an evaluation; `undefined` where it names none. */
export function referenceOf(
  tenant: string,
  { type, value }: Pick<PipelineStage['artifacts'][number], 'type' | 'value'>,
): { readonly title: string; readonly path: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const told = value as Readonly<Record<string, unknown>>
  const { dataset, number, model, version, evaluation } = told
  if (type === 'dataset' && typeof dataset === 'string' && typeof number === 'number')
    return {
      title: `${dataset}@${number}`,
      path: `/datasets/${encodeURIComponent(dataset)}?${new URLSearchParams({ tenant, at: String(number) })}`,
    }
  if (type === 'model' && typeof model === 'string' && typeof version === 'number')
    return { title: `${model}@${version}`, path: modelPath({ name: model, tenant }, String(version)) }
  if (type === 'report' && typeof evaluation === 'string')
    return { title: 'the evaluation', path: `/evaluations/${encodeURIComponent(evaluation)}` }
  return undefined
}
