import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

import { Failure } from '../../../foundation/platform/index.ts'
import type { CheckReport } from '../../../improve/datasets/index.ts'
import { junitOf, printReport } from '../check-report.ts'
import { CommandError, usageError } from '../command-error.ts'
import { readReference } from '../dataset-reference.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { exitCodes } from '../exit-codes.ts'
import { renderProblem } from '../render-problem.ts'
import { toJunit } from '../junit.ts'
import { openSession, type Session } from '../session.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'

interface Options {
  readonly define?: string
  readonly parent?: string
  readonly with: readonly (readonly [string, string])[]
  readonly junit?: string
  readonly memory: number
  readonly examples: number
}

export function checkDatasetCommand(): Command {
  return new Command('check')
    .description(
      'Hold a file to the rules of a definition, without a server (for CI); or a version on the server',
    )
    .argument('<file or reference>', 'JSON Lines, JSON, CSV or Parquet; or NAME, NAME@REVISION')
    .option(
      '-f, --define <file>',
      'the definition (default: dataset.yaml beside the file; of a version, the one in force)',
    )
    .option('--parent <file>', 'what to compare with, in place of the parent version')
    .option(
      '--with <reference=file>',
      'a file in place of another dataset that a rule names; again for more',
      collect,
      [],
    )
    .option('--junit <file>', 'write a report in JUnit’s XML')
    .option(
      '--memory <megabytes>',
      'what DuckDB may hold in memory; beyond, it writes to the disk',
      Number,
      1_024,
    )
    .option('--examples <count>', 'rows to show of each rule', Number, 3)
    .action(async (file: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { terminal } = session
      if (!existsSync(file) && /^[a-z][\w.-]*(?:@|$)/.test(file) && !fileEnding.test(file))
        return await checkVersion(session, file, options)
      const beside = path.join(path.dirname(file), 'dataset.yaml')
      const definitionFile = options.define ?? (existsSync(beside) ? beside : undefined)
      if (definitionFile === undefined)
        throw usageError(
          `There is no ${beside}.`,
          'Name the definition with --define, as `--define dataset.yaml`.',
        )
      const { checkFile } = await import('../../../improve/datasets/index.ts')
      const { textDetectors } = await import('../../../serve/guardrails/index.ts')
      const checked = await checkFile({
        file,
        definitionFile,
        parentFile: options.parent,
        others: new Map(options.with),
        detectors: textDetectors,
        memoryMegabytes: options.memory,
        signal: new AbortController().signal,
      }).catch(async (error: unknown) => {
        if (!(error instanceof Failure)) throw error
        if (options.junit !== undefined) {
          const failed = { group: path.basename(file), name: 'the file can be read', failure: error.message }
          await writeFile(options.junit, toJunit(`dataset check ${path.basename(file)}`, [failed], 0))
        }
        throw new CommandError(error.code, error.message, { cause: error })
      })
      if ('problems' in checked) {
        process.exitCode = exitCodes.usage
        if (terminal.isJson) return terminal.printJson({ outcome: 'invalid', problems: checked.problems })
        const text = await readFile(definitionFile, 'utf8')
        for (const problem of checked.problems)
          terminal.print(`${renderProblem(problem, text, terminal.style)}\n`)
        return
      }
      if (options.junit !== undefined)
        await writeFile(options.junit, junitOf(checked.report, checked.places, file, definitionFile))
      if (checked.report.outcome === 'failed') process.exitCode = exitCodes.failed
      if (terminal.isJson) return terminal.printJson({ file, ...checked.report, profile: checked.profile })
      printReport(terminal, checked, file, definitionFile, options.examples)
    })
}

/** Prints a report that was kept: of a version, or of what was refused. */
export function reportDatasetCommand(): Command {
  return new Command('report')
    .description('Show what the checks said of a version, or of what they refused')
    .argument('<reference or report>', 'NAME, NAME@REVISION, or the id of a report')
    .option('--examples <count>', 'rows to show of each rule', Number, 20)
    .action(async (subject: string, { examples }: { examples: number }, command: Command) => {
      const { api, terminal } = openSession(command)
      const isId = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(subject)
      const place = isId ? `/api/dataset-reports/${subject}` : `${readReference(subject).versionPath}/report`
      const report = await api.read(place, reportShape)
      if (terminal.isJson) return terminal.printJson(report)
      printReport(terminal, { report: report.details, places: new Map() }, subject, undefined, examples)
    })
}

const fileEnding = /\.(?:jsonl|ndjson|json|csv|tsv|parquet)(?:\.gz|\.zst)?$/i

const checkedShape = z.looseObject({ report: z.string(), outcome: z.string() })
const reportShape = z.looseObject({
  details: z.custom<CheckReport>(value => typeof value === 'object' && value !== null),
})

/** Has the server check a version, with the rules of now or those of a file, and prints what it found. */
async function checkVersion(session: Session, reference: string, options: Options): Promise<void> {
  const { api, terminal } = session
  const { versionPath } = readReference(reference)
  const definition = options.define === undefined ? undefined : await readFile(options.define, 'utf8')
  const started = await api.read(`${versionPath}/checks`, datasetTaskShape, {
    method: 'POST',
    body: { definition },
  })
  const task = await followDatasetTask(session, started.id)
  const { report: id, outcome } = checkedShape.parse(task.result)
  const { details } = await api.read(`/api/dataset-reports/${encodeURIComponent(id)}`, reportShape)
  if (options.junit !== undefined)
    await writeFile(options.junit, junitOf(details, new Map(), reference, options.define))
  if (outcome === 'failed') process.exitCode = exitCodes.failed
  if (terminal.isJson) return terminal.printJson({ reference, report: id, ...details })
  printReport(terminal, { report: details, places: new Map() }, reference, options.define, options.examples)
}

function collect(
  value: string,
  before: readonly (readonly [string, string])[],
): (readonly [string, string])[] {
  const at = value.indexOf('=')
  if (at < 1)
    throw usageError(
      `\`${value}\` is not of the form reference=file.`,
      'Write it as `--with products=products.csv`.',
    )
  return [...before, [value.slice(0, at), value.slice(at + 1)]]
}
