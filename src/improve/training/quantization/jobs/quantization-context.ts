import type { TrainingContext } from '../../jobs/job-context.ts'
import type { PublishQuantized } from '../../ports.ts'
import type { Quantization } from './quantization.ts'

/** What quantizing models of the registry stands on. */
export interface QuantizationContext extends Pick<
  TrainingContext,
  'database' | 'audit' | 'logger' | 'datasets' | 'files' | 'learning' | 'models' | 'metrics'
> {
  /** Below it each has a folder while it is worked on. */
  readonly folder: string
  readonly publishQuantized: PublishQuantized
  /** Unpins the data of one that has ended. */
  readonly letGo: (row: Pick<Quantization, 'id' | 'tenant' | 'options'>) => Promise<void>
}
