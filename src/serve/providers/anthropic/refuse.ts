import { refusalsOf } from '../refuse.ts'

export { invalid } from '../refuse.ts'

export const { unsupported, refuseOthers } = refusalsOf('Anthropic')
