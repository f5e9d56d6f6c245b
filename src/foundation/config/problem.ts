/** Something wrong in a configuration file: exactly where, what, and how to mend it. Never holds a secret. */
export interface ConfigProblem {
  /** The file, as it was named by whoever asked for it to be read. */
  readonly file: string
  /** Both count from 1, as editors do. */
  readonly line: number
  readonly column: number
  /** Where in the data, e.g. `services.support.releases.v1.target.engine` or `prices[0].from`; `''` is the whole file. */
  readonly path: string
  readonly message: string
  readonly mend: string
}

export type DataPath = readonly (string | number)[]

/** A problem before it is known where in the text it is. */
export interface Finding {
  readonly path: DataPath
  /** Whether to point at the key, or at its value where that stands on the same line. */
  readonly at: 'key' | 'value'
  readonly message: string
  readonly mend: string
}

export function formatPath(path: DataPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? part : `.${part}`
  }
  return text
}

/** One line a problem, in the form that terminals and editors turn into links: `file:line:column message mend`. */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.path === '' ? '' : ` ${problem.path}:`
  return `${problem.file}:${problem.line}:${problem.column}${place} ${problem.message} ${problem.mend}`
}
