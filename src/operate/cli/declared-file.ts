import { readFile } from 'node:fs/promises'
import { CommandError } from './command-error.ts'
import { exitCodes } from './exit-codes.ts'

/** Whether a word of the command line is a file rather than the name of what is stored. */
export function isFile(word: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(word)
}

export async function readDeclaredFile(file: string, mend: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandError('not_readable', `The file ${file} cannot be read.`, {
      mend,
      exitCode: exitCodes.badInput,
      cause: error,
    })
  }
}

/** What the server refuses of a text is bad input, said of the file as it was named here. */
export async function withFileErrors<Result>(
  file: string,
  sentAs: 'suite.yaml' | 'pipeline.yaml' | 'plan.yaml' | 'model.yaml' | 'recipe.yaml',
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    if (error.code !== 'invalid_request' && error.code !== 'not_found') throw error
    const lines = error.message
      .split('\n')
      .map(line => (line.startsWith(`${sentAs}:`) ? file + line.slice(sentAs.length) : line))
    throw new CommandError(error.code, lines.join('\n'), {
      exitCode: exitCodes.badInput,
      ...(error.mend !== undefined && { mend: error.mend }),
      ...(error.requestId !== undefined && { requestId: error.requestId }),
      cause: error,
    })
  }
}

interface Problem {
  readonly line: number
  readonly column: number
  readonly path: string
  readonly message: string
  readonly mend: string
}

/** One line each, in the form that terminals turn into links. */
export function problemLines(file: string, problems: readonly Problem[]): string {
  return problems
    .map(
      ({ line, column, path, message, mend }) =>
        `${file}:${line}:${column}${path === '' ? '' : ` ${path}:`} ${message} ${mend}`,
    )
    .join('\n')
}
