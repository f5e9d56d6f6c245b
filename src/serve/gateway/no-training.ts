import type { Body } from '../dialects/index.ts'

/** How a client said that nothing may be learned from a request: by our header, or by OpenAI's `store: false`. */
export type NoTraining = 'header' | 'store'

export const noTrainingHeader = 'slipway-no-training'

/**
 * Whether a request says that no examples may be made of it and no judge may see it. `store: false` counts where it is said; left
 * out it says nothing. Any value of the header but `false`, `no` and `0` does.
 */
export function noTrainingOf(headers: Headers, body: Body): NoTraining | undefined {
  const said = headers.get(noTrainingHeader)?.trim().toLowerCase()
  if (said !== undefined && !['', 'false', 'no', '0'].includes(said)) return 'header'
  return body['store'] === false ? 'store' : undefined
}
