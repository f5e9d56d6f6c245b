import type { Body, Trainer } from '../../api/types.ts'

/** What the form holds; what is undefined is the trainer's to choose. */
export interface Asked {
  readonly model: string | null
  readonly method: 'supervised' | 'dpo' | 'distillation'
  readonly dataset: string | null
  readonly revision: string
  /** Of the same dataset; empty where nothing is measured. */
  readonly validation: string
  readonly epochs?: number | undefined
  readonly batchSize?: number | undefined
  readonly rate?: number | undefined
  readonly rank?: number | undefined
  readonly seed?: number | undefined
  readonly suffix: string
}

export const firstAsked: Asked = {
  model: null,
  method: 'supervised',
  dataset: null,
  revision: 'main',
  validation: '',
  suffix: '',
}

/** The request; `undefined` while something is missing. */
export function toBody(
  asked: Asked,
  trainer: Trainer | undefined,
  tenant: string | undefined,
): Body<'createTrainingJob'> | undefined {
  const { model, method, dataset, revision, validation, suffix, epochs, batchSize, rate, rank, seed } = asked
  if (model === null || dataset === null || revision.trim() === '' || method === 'distillation')
    return undefined
  const hyperparameters = {
    ...(epochs !== undefined && { n_epochs: epochs }),
    ...(batchSize !== undefined && { batch_size: batchSize }),
    ...(rate !== undefined && { learning_rate_multiplier: rate }),
  }
  return {
    model,
    training_file: `dataset:${dataset}@${revision.trim()}`,
    ...(validation.trim() !== '' && { validation_file: `dataset:${dataset}@${validation.trim()}` }),
    method:
      method === 'dpo'
        ? { type: 'dpo', dpo: { hyperparameters } }
        : { type: 'supervised', supervised: { hyperparameters } },
    ...(seed !== undefined && { seed }),
    ...(suffix.trim() !== '' && { suffix: suffix.trim() }),
    ...(tenant !== undefined && { tenant }),
    slipway: {
      ...(trainer && { trainer: trainer.name }),
      ...(rank !== undefined && trainer?.has_adapters === true && { adapter: { rank } }),
    },
  }
}
