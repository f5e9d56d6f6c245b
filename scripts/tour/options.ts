import { parseArgs } from 'node:util'

export interface TourOptions {
  /** What traffic, users' mistakes and training are drawn with. */
  readonly seed: number
  readonly isShort: boolean
  /** Whether it stays up at the end. */
  readonly keeps: boolean
  /** Where the console listens; 0 takes any free port. */
  readonly port: number
  /** The folder of this run: configuration, data, log, report. */
  readonly folder: string | undefined
}

export const usage = `npm run tour -- [options]

  --short           the same story with less of everything, for tests
  --keep            leaves it running at the end, to look around; Ctrl-C ends it
  --seed NUMBER     other customers, other messages (1)
  --port NUMBER     where the console listens (a free one)
  --folder FOLDER   where data, log and report go (a new one under .cache/tour)
`

/** Throws an error with what is wrong. */
export function readOptions(words: readonly string[]): TourOptions | 'help' {
  const { values } = parseArgs({
    args: [...words],
    options: {
      short: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      port: { type: 'string', default: '0' },
      folder: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    seed: wholeNumber('--seed', values.seed, 2_147_483_647),
    isShort: values.short,
    keeps: values.keep,
    port: wholeNumber('--port', values.port, 65_535),
    folder: values.folder,
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > most)
    throw new Error(`${name} is a whole number from 0 to ${most}, and not \`${text}\`.`)
  return value
}
