import type { Finding } from './check.ts'
import { checkKindsByName } from './check-kinds.ts'

const never = new AbortController().signal

/**
 * The checks that need no model, for texts that are on no way through the gateway: rows of datasets, in processes of their own. `create` throws
 * an `Error` for parameters that the check does not take.
 */
export const textDetectors = {
  create(name: string, parameters: Readonly<Record<string, unknown>>): (text: string) => readonly Finding[] {
    const kind = checkKindsByName.get(name)
    if (!kind || kind.manifest.cost !== 'deterministic') throw new Error(`There is no such check ${name}.`)
    const parsed = kind.manifest.parameters.safeParse(parameters)
    if (!parsed.success) {
      const issues = parsed.error.issues.map(
        ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
      )
      throw new Error(issues.join('; '), { cause: parsed.error })
    }
    const check = kind.create(parsed.data as never, undefined as never)
    return text => {
      const found = check.scan({ text, stage: 'output', service: '', tenant: '' }, never)
      if (found instanceof Promise) throw new TypeError(`The check ${name} does not answer at once.`)
      return found
    }
  },
}
