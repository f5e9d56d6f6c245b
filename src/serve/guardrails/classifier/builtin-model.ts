import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { LinearModel } from './linear-model.ts'
import { readModel } from './model-file.ts'

const file = fileURLToPath(new URL('../../../../models/injection/weights.bin', import.meta.url))
let model: LinearModel | undefined

/** The classifier that is shipped; read when the first policy wants it. */
export function builtinModel(): LinearModel {
  model ??= readModel(readFileSync(file))
  return model
}
