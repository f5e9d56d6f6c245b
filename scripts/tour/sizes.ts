/** How much of everything the story takes. */
export interface Sizes {
  /** Rows that the dataset begins with. */
  readonly tickets: number
  readonly requestsPerSecond: number
  readonly customersAtOnce: number
  readonly feedback: { readonly share: number; readonly mistaken: number }
  readonly reviewsPerSecond: number
  readonly collectEverySeconds: number
  /** Requests before anything happens, and after which a phase that only shows how things are is over. */
  readonly healthyRequests: number
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
  tickets: 360,
  requestsPerSecond: 20,
  customersAtOnce: 6,
  feedback: { share: 0.6, mistaken: 0.03 },
  reviewsPerSecond: 8,
  collectEverySeconds: 15,
  healthyRequests: 900,
  afterRequests: 300,
  rampRequests: 300,
  changes: [],
  mistake: { steps: 40 },
}

const parameter = (name: string, value: number) => ({
  file: 'pipeline.yaml',
  path: ['parameters', name, 'default'],
  value,
})

export const shortStory: Sizes = {
  ...wholeStory,
  tickets: 150,
  requestsPerSecond: 30,
  feedback: { share: 0.8, mistaken: 0.02 },
  reviewsPerSecond: 25,
  collectEverySeconds: 3,
  healthyRequests: 200,
  afterRequests: 80,
  rampRequests: 40,
  changes: [
    parameter('steps', 80),
    parameter('sample', 60),
    parameter('compared', 20),
    parameter('most_drop', 30),
    { file: 'pipeline.yaml', path: ['triggers', 0, 'debounce'], value: '15s' },
    { file: 'slipway.yaml', path: ['monitors', 'support-quality', 'reference', 'rows'], value: 60 },
    {
      file: 'slipway.yaml',
      path: ['services', 'support', 'rollout', 'steps', 0, 'leastDuration'],
      value: '2s',
    },
    {
      file: 'slipway.yaml',
      path: ['services', 'support', 'rollout', 'steps', 1, 'leastDuration'],
      value: '2s',
    },
    { file: 'suite.yaml', path: ['gates', 0, 'passRate'], value: 0.5 },
    { file: 'suite.yaml', path: ['gates', 1, 'noRegression'], value: 0.3 },
  ],
  mistake: { steps: 5 },
}
