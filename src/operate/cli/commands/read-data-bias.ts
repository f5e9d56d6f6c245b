import { Command } from 'commander'
import { z } from 'zod'
import { readReference } from '../dataset-reference.ts'
import { decimal } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'

const biasShape = z.looseObject({
  number: z.number(),
  slices: z.array(z.string()),
  label: z.string().nullable(),
  says: z.string(),
  representation: z.array(
    z.looseObject({
      slice: z.string(),
      rows: z.number(),
      share: z.number(),
      low: z.number(),
      high: z.number(),
      expected: z.number().nullable(),
      is_small: z.boolean(),
    }),
  ),
  gaps: z.array(
    z.looseObject({
      label: z.string(),
      slice: z.string(),
      share: z.number(),
      others: z.number(),
      difference: z.number(),
      low: z.number(),
      high: z.number(),
      p: z.number(),
    }),
  ),
  needs: z.array(z.looseObject({ slice: z.string(), rows: z.number(), missing: z.number() })),
})

interface Options {
  readonly slices?: string
  readonly label?: string
  readonly against?: string
  readonly halfWidth?: number
  readonly tenant?: string
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

export function readDataBiasCommand(): Command {
  return new Command('data')
    .description('How the slices of a version are represented, and which labels hang on them')
    .argument('<reference>', 'the version: NAME, NAME@BRANCH, NAME@12')
    .option(
      '--slices <columns>',
      'columns and declared slices, with commas: their crossing (default: all that the definition says)',
    )
    .option('--label <column>', 'the label (default: the column with the role label)')
    .option('--against <reference>', 'a version that is taken for the population')
    .option('--half-width <share>', 'how sure a share of each slice is to be', decimal(0.005, 0.3))
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (text: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read(`${readReference(text).versionPath}/bias`, biasShape, {
        query: {
          slices: options.slices,
          label: options.label,
          against: options.against,
          half_width: options.halfWidth,
          tenant: options.tenant,
        },
      })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.representation,
        [
          { title: found.slices.join(' × '), value: ({ slice }) => slice },
          { title: 'rows', value: ({ rows }) => String(rows), isNumber: true },
          { title: 'share', value: ({ share }) => percent(share), isNumber: true },
          { title: 'from', value: ({ low }) => percent(low), isNumber: true },
          { title: 'to', value: ({ high }) => percent(high), isNumber: true },
          {
            title: 'expected',
            value: ({ expected }) => (expected === null ? '–' : percent(expected)),
            isNumber: true,
          },
          { title: '', value: one => (one.is_small ? 'too few to judge' : '') },
        ],
        'There are no rows.',
      )
      terminal.print(found.says)
      const sure = found.gaps.filter(({ p }) => p < 0.05).slice(0, 10)
      if (found.label !== null && sure.length === 0)
        terminal.print(`No value of ${found.label} is clearly likelier in one slice than elsewhere.`)
      for (const { label, slice, share, others, low, high } of sure)
        terminal.print(
          `\`${label}\` is in ${percent(share)} of ${slice} and ${percent(others)} of the others (${percent(low)} to ${percent(high)} apart).`,
        )
      for (const { slice, missing } of found.needs.slice(0, 5))
        terminal.note(terminal.style.dim(`${slice} lacks ${missing} rows for an interval of that width.`))
    })
}
