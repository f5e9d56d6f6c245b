import { readFile } from 'node:fs/promises'
import { Command } from 'commander'

import type { ModelComparison } from '../../../observe/costs/index.ts'
import { CommandError, usageError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatUsd } from '../figures.ts'
import { collect, decimal, wholeDay } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly provider: string
  readonly day: string
  readonly file: readonly string[]
  readonly map?: string
  readonly tolerance: number
}

export function reconcileCostsCommand(): Command {
  return new Command('reconcile')
    .description("Compare a day with a provider's export of its usage or costs")
    .requiredOption('--provider <name>', 'the provider, as slipway.yaml names it')
    .requiredOption('--day <day>', 'the day (UTC), e.g. 2026-03-01', wholeDay)
    .requiredOption('--file <path>', 'the export, JSON or CSV; several for usage and costs', collect)
    .option('--map <columns>', 'the columns of any other CSV: model=…,input=…,output=…,cost=…')
    .option('--tolerance <percent>', 'how far both may be apart', decimal(0, 100), 0.1)
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      // loads the platform, which takes longer than most commands run
      const { matchAnswers, parseColumnMap, readExport, reconcile } =
        await import('../../../observe/costs/index.ts')
      const { readOurAnswers, readOurCosts, readPriceDifference } = await import('../our-costs.ts')
      const map = options.map === undefined ? undefined : parseColumnMap(options.map)
      const texts = await Promise.all(options.file.map(readExportFile))
      const rows = texts.flatMap(text => readExport(text, map))
      const [ours, priceDifference] = await Promise.all([
        readOurCosts(api, options.provider, options.day),
        readPriceDifference(api, options.provider, options.day),
      ])
      const result = reconcile(ours, rows, {
        day: options.day,
        tolerancePercent: options.tolerance,
        priceDifference,
      })
      const hasIds = rows.some(({ answerId }) => answerId !== undefined)
      const answers = hasIds
        ? matchAnswers(await readOurAnswers(api, options.provider, options.day), rows, options.day)
        : undefined
      if (terminal.isJson) terminal.printJson({ ...result, answers: answers ?? null })
      else {
        printModels(terminal, result.models)
        terminal.print(
          `\n${options.day}: ours ${formatUsd(result.oursNanoUsd)}, theirs ${result.theirsNanoUsd === undefined ? 'not told' : formatUsd(result.theirsNanoUsd)}`,
        )
        if (answers)
          terminal.print(
            `${answers.matched} answers matched by their ids, ${answers.different.length} of them with another cost; ${answers.onlyOurs.length} only ours, ${answers.onlyTheirs.length} only theirs.`,
          )
      }
      if (result.isWithin) return
      throw new CommandError(
        'not_reconciled',
        `${options.provider} and Slipway are further apart than ${options.tolerance} % on ${options.day}.`,
        {
          mend: 'The table shows where. Calls without a price, estimates and other clients of the same account are the usual reasons.',
          exitCode: exitCodes.failed,
        },
      )
    })
}

async function readExportFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

interface Line {
  readonly model: string
  readonly what: string
  readonly ours: string
  readonly theirs: string
  readonly difference: string
}

function printModels(terminal: Terminal, models: readonly ModelComparison[]): void {
  printTable(
    terminal,
    models.flatMap(linesOf),
    [
      { title: 'model', value: line => line.model },
      { title: '', value: line => line.what },
      { title: 'ours', value: line => line.ours, isNumber: true },
      { title: 'theirs', value: line => line.theirs, isNumber: true },
      { title: 'difference', value: line => line.difference, isNumber: true },
    ],
    'Neither side has anything on that day.',
  )
}

function linesOf(comparison: ModelComparison): Line[] {
  const { ours, theirs, buckets, differenceNanoUsd, byTokensNanoUsd, unexplainedNanoUsd } = comparison
  const lines: Line[] = buckets.map(row => ({
    model: '',
    what: row.bucket,
    ours: String(row.ours),
    theirs: String(row.theirs),
    difference: String(row.theirs - row.ours),
  }))
  if (differenceNanoUsd !== undefined) {
    lines.push({
      model: '',
      what: 'dollars',
      ours: formatUsd(ours?.costNanoUsd ?? 0),
      theirs: formatUsd(theirs.costNanoUsd ?? 0),
      difference: formatUsd(differenceNanoUsd),
    })
    lines.push(money('of it by tokens', byTokensNanoUsd), money('unexplained', unexplainedNanoUsd))
  }
  if (ours && ours.unpricedCalls > 0) lines.push(count('calls without a price', ours.unpricedCalls))
  if (ours && ours.estimatedCalls > 0) lines.push(count('calls estimated', ours.estimatedCalls))
  const [first, ...others] = lines
  const mark = comparison.isWithin ? 'ok' : 'APART'
  return [
    { ...(first ?? count('calls', ours?.calls ?? 0)), model: `${comparison.model} (${mark})` },
    ...others,
  ]
}

function money(what: string, nanoUsd: number | undefined): Line {
  return {
    model: '',
    what,
    ours: '',
    theirs: '',
    difference: nanoUsd === undefined ? '–' : formatUsd(nanoUsd),
  }
}

function count(what: string, calls: number): Line {
  return { model: '', what, ours: String(calls), theirs: '', difference: '' }
}
