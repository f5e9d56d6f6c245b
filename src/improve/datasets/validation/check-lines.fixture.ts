import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { textDetectors } from '../../../serve/guardrails/index.ts'
import { checkFile, type CheckedFile } from './check-file.ts'
import type { CheckResult } from './report.ts'

type Rows = readonly Readonly<Record<string, unknown>>[]

/** Checks rows as a file of JSON Lines with a definition; what is wrong with the definition is thrown. */
export async function checkLines(
  definition: string,
  rows: Rows,
  more: { readonly parent?: Rows; readonly others?: Readonly<Record<string, Rows>> } = {},
): Promise<CheckedFile & { readonly result: (name: string) => CheckResult }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-lines-'))
  try {
    const put = async (name: string, lines: Rows) => {
      const file = path.join(folder, `${name}.jsonl`)
      await writeFile(file, lines.map(line => JSON.stringify(line)).join('\n'))
      return file
    }
    const definitionFile = path.join(folder, 'dataset.yaml')
    await writeFile(definitionFile, definition)
    const others = new Map<string, string>()
    for (const [reference, lines] of Object.entries(more.others ?? {}))
      others.set(reference, await put(`other-${others.size}`, lines))
    const checked = await checkFile({
      file: await put('rows', rows),
      definitionFile,
      parentFile: more.parent && (await put('parent', more.parent)),
      others,
      detectors: textDetectors,
      signal: new AbortController().signal,
    })
    if ('problems' in checked)
      throw new Error(
        checked.problems
          .map(({ line, column, message, mend }) => `${line}:${column} ${message} ${mend}`)
          .join('\n'),
      )
    return {
      ...checked,
      result(name) {
        const found = checked.report.checks.find(({ check }) => check === name)
        if (!found)
          throw new Error(
            `There is no ${name}; there are ${checked.report.checks.map(({ check }) => check).join(', ')}.`,
          )
        return found
      },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
