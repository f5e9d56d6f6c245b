import { readDeclaredFile, withFileErrors } from '../declared-file.ts'

export async function readSuiteFile(file: string): Promise<string> {
  return await readDeclaredFile(file, 'Name the YAML of a suite; docs/evaluation.md has an example.')
}

/** What the server refuses of a suite is bad input, said of the file as it was named here. */
export async function withSuiteErrors<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  return await withFileErrors(file, 'suite.yaml', work)
}
