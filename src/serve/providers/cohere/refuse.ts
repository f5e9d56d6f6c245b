import { refusalsOf } from '../refuse.ts'

export { invalid } from '../refuse.ts'

export const refusals = refusalsOf('Cohere')
export const { unsupported, refuseOthers } = refusals
