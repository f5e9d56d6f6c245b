import type { Novelties } from './customers.ts'
import type { Pace } from './traffic.ts'

/** How much of everything the story takes. */
export interface Sizes {
  readonly novelties: Novelties
  /** Rows that the dataset begins with. */
  readonly tickets: number
  /** Quiet it is while a model is trained and tried out, and where as many came as a phase needs. */
  readonly pace: Pace
  readonly customersAtOnce: number
  readonly feedback: { readonly share: number; readonly mistaken: number }
  readonly reviewsPerSecond: number
  /** Where more wait for reviewers nobody comes, so that a slow machine has as much to learn from. */
  readonly mostComplaints: number
  /** Requests before anything happens, and after which a phase that only shows how things are is over. */
  readonly healthyRequests: number
  /** Requests after which the monitor has surely seen the change, that give reviewers more of it, and that a rollout needs. */
  readonly changedRequests: number
  readonly furtherRequests: number
  readonly rolloutRequests: number
  readonly afterRequests: number
  /** Within how many requests the later customers become all. */
  readonly rampRequests: number
  /** Changes of the files of `examples/tour`: of which file, where in it, to what. */
  readonly changes: readonly {
    readonly file: string
    readonly path: readonly (string | number)[]
    readonly value: unknown
  }[]
  /** What the mistake is begun with, beside the wrong data. */
  readonly mistake: Readonly<Record<string, number>>
}

export const wholeStory: Sizes = {
  // half of all messages are about them
  novelties: { products: 4, weight: 3 },
  tickets: 360,
  pace: { busy: 20, quiet: 10 },
  customersAtOnce: 6,
  feedback: { share: 0.6, mistaken: 0.03 },
  reviewsPerSecond: 8,
  mostComplaints: 60,
  healthyRequests: 900,
  changedRequests: 800,
  furtherRequests: 1_200,
  rolloutRequests: 1_500,
  afterRequests: 300,
  rampRequests: 300,
  changes: [],
  mistake: { steps: 10 },
}

const parameter = (name: string, value: number) => ({
  file: 'pipeline.yaml',
  path: ['parameters', name, 'default'],
  value,
})
const plan = ['services', 'support', 'rollout']

/** Larger differences, so that fewer requests and steps tell them. */
export const shortStory: Sizes = {
  ...wholeStory,
  // four fifths of all messages are about it
  novelties: { products: 1, weight: 80 },
  tickets: 120,
  pace: { busy: 30, quiet: 3 },
  customersAtOnce: 8,
  feedback: { share: 0.9, mistaken: 0.02 },
  reviewsPerSecond: 40,
  mostComplaints: 10,
  healthyRequests: 80,
  changedRequests: 110,
  furtherRequests: 60,
  rolloutRequests: 180,
  afterRequests: 30,
  rampRequests: 10,
  changes: [
    parameter('steps', 50),
    parameter('sample', 25),
    parameter('compared', 30),
    parameter('most_drop', 30),
    { file: 'pipeline.yaml', path: ['triggers', 0, 'debounce'], value: '3s' },
    { file: 'pipeline.yaml', path: ['stages', 'train', 'with', 'hyperparameters'], value: { batch_size: 8 } },
    // each length of a row is compiled for itself
    {
      file: 'pipeline.yaml',
      path: ['stages', 'train', 'with', 'slipway', 'options'],
      value: { rowLengths: [96] },
    },
    { file: 'slipway.yaml', path: ['monitors', 'support-quality', 'reference', 'rows'], value: 60 },
    { file: 'slipway.yaml', path: ['monitors', 'support-quality', 'batch'], value: 10 },
    {
      file: 'slipway.yaml',
      path: [...plan, 'steps'],
      value: [{ share: '50%', leastValues: 30, leastDuration: '1s' }],
    },
    { file: 'slipway.yaml', path: [...plan, 'metrics', 0, 'margin'], value: 0.2 },
    { file: 'slipway.yaml', path: [...plan, 'every'], value: '1s' },
    // where nothing was promoted, the mistake is no worse than what serves, and only this ends its rollout
    { file: 'slipway.yaml', path: [...plan, 'deadline'], value: '4m' },
    // a busy machine has corrected some 80 answers by then where an idle one has 120, and few examples decide little
    { file: 'suite.yaml', path: ['gates', 0, 'passRate'], value: 0.35 },
    { file: 'suite.yaml', path: ['gates', 1, 'noRegression'], value: 0.3 },
  ],
  mistake: { steps: 1 },
}
