import { Argument, Command, Option } from 'commander'
import path from 'node:path'

import type {
  QuantizationReport,
  QuantizationType,
  QuantizeProgress,
} from '../../../improve/training/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatBytes } from '../figures.ts'
import { withInterrupt } from '../interrupt.ts'
import { decimal, wholeNumber } from '../options.ts'
import { progressBar } from '../progress-bar.ts'
import { openSession } from '../session.ts'
import { printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly to: QuantizationType
  readonly check: string
  readonly calibrate?: string
  readonly output?: string
  readonly examples: number
  readonly answers: number
  readonly maxRise: number
  readonly maxDrop: number
  readonly cache: 'f16' | 'q8_0' | 'q4_0'
  readonly contextSize?: number
  readonly threads?: number
  readonly keep?: boolean
}

const types = [
  'F16',
  'BF16',
  'Q8_0',
  'Q6_K',
  'Q5_K_M',
  'Q5_K_S',
  'Q4_K_M',
  'Q4_K_S',
  'Q4_0',
  'IQ4_NL',
  'IQ4_XS',
  'Q3_K_M',
  'Q2_K',
] as const satisfies readonly QuantizationType[]

export function quantizeModelCommand(): Command {
  return new Command('quantize')
    .description('Write a GGUF model with fewer bits a weight, and measure what that costs and gains')
    .addArgument(new Argument('<file>', 'a GGUF file in 16- or 32-bit floats'))
    .addOption(new Option('--to <type>', 'what weights become').choices(types).makeOptionMandatory())
    .requiredOption(
      '--check <file>',
      'JSON Lines that both are compared on: `text`, `input` and `output`, or `messages`',
    )
    .option('--calibrate <file>', 'JSON Lines that say which weights matter; not those of --check')
    .option('--output <file>', 'where it goes (default: beside the original, with the type in its name)')
    .option('--examples <count>', 'lines of --check that are looked at', wholeNumber(2, 1_000_000), 500)
    .option(
      '--answers <count>',
      'of how many of them answers are written and compared',
      wholeNumber(0, 100_000),
      100,
    )
    .option('--max-rise <percent>', 'what the perplexity may rise', decimal(0, 100), 2)
    .option('--max-drop <percent>', 'what the share of right answers may fall', decimal(0, 100), 5)
    .addOption(
      new Option('--cache <type>', 'how the result keeps keys and values while it is compared')
        .choices(['f16', 'q8_0', 'q4_0'])
        .default('f16'),
    )
    .option(
      '--context-size <tokens>',
      'tokens looked at together (default: what the model knows, 4,096 at most)',
      wholeNumber(16, 1_048_576),
    )
    .option('--threads <count>', 'of the processor', wholeNumber(1, 512))
    .option('--keep', 'write the file also where a limit does not hold')
    .action(async (file: string, options: Options, command: Command) => {
      const { terminal } = openSession(command)
      const report = await withInterrupt(signal => quantize(terminal, file, options, signal))
      if (terminal.isJson) terminal.printJson(report)
      else printReport(terminal, report)
      if (report.outcome === 'passed') return
      throw new CommandError('gate_failed', describe(report), {
        ...(report.file === undefined && {
          mend: 'Nothing was written; choose a larger type, calibrate, compare on more examples, or --keep it.',
        }),
        exitCode: report.outcome === 'failed' ? exitCodes.gateFailed : exitCodes.notEnough,
      })
    })
}

async function quantize(
  terminal: Terminal,
  file: string,
  options: Options,
  signal: AbortSignal,
): Promise<QuantizationReport> {
  const { quantizeModel, readCheckExamples } = await import('../../../improve/training/index.ts')
  const from = path.resolve(file)
  const check = await readCheckExamples(options.check, options.examples)
  const calibration =
    options.calibrate === undefined ? [] : await readCheckExamples(options.calibrate, options.examples)
  const isMoving = process.stderr.isTTY && !terminal.isJson
  const onProgress = ({ step, done, total }: QuantizeProgress): void => {
    if (isMoving)
      process.stderr.write(
        `\r\u001B[K${progressBar(done / Math.max(total, 1))} ${steps[step]} ${done}/${total}`,
      )
  }
  try {
    return await quantizeModel({
      from,
      to: path.resolve(options.output ?? nameBeside(from, options.to)),
      type: options.to,
      check,
      calibration,
      answers: options.answers,
      limits: { perplexityRise: options.maxRise / 100, answerDrop: options.maxDrop / 100 },
      cache: options.cache,
      isKeptAnyway: options.keep === true,
      onProgress,
      signal,
      ...(options.contextSize !== undefined && { contextSize: options.contextSize }),
      ...(options.threads !== undefined && { threads: options.threads }),
    })
  } finally {
    if (isMoving) process.stderr.write('\r\u001B[K')
  }
}

const steps = {
  importance: 'looking at what matters',
  quantize: 'writing',
  original: 'the original on the examples',
  result: 'the result on the examples',
  speed: 'speed',
} as const satisfies Record<QuantizeProgress['step'], string>

function nameBeside(from: string, type: QuantizationType): string {
  const { dir, name } = path.parse(from)
  return path.join(dir, `${name}-${type}.gguf`)
}

const share = (value: number): string => `${(100 * value).toFixed(2)} %`

function describe({ outcome, gates }: QuantizationReport): string {
  const which = [
    ...(gates.perplexity === 'passed' ? [] : ['the perplexity']),
    ...(gates.answers === undefined || gates.answers === 'passed' ? [] : ['the answers']),
  ].join(' and ')
  return outcome === 'failed'
    ? `The loss is beyond the limit: ${which}.`
    : `The examples are too few to say that the loss is within the limit: ${which}.`
}

function printReport(terminal: Terminal, report: QuantizationReport): void {
  const { original, result, perplexity, answers, limits } = report
  printTable(
    terminal,
    [
      {
        name: 'size',
        before: formatBytes(original.bytes),
        after: formatBytes(result.bytes),
        ratio: result.bytes / original.bytes,
      },
      {
        name: 'bits a weight',
        before: original.bitsPerWeight.toFixed(2),
        after: result.bitsPerWeight.toFixed(2),
        ratio: result.bitsPerWeight / original.bitsPerWeight,
      },
      {
        name: 'reads, tokens/s',
        before: original.reading.toFixed(0),
        after: result.reading.toFixed(0),
        ratio: result.reading / original.reading,
      },
      {
        name: 'writes, tokens/s',
        before: original.writing.toFixed(0),
        after: result.writing.toFixed(0),
        ratio: result.writing / original.writing,
      },
    ],
    [
      { title: '', value: row => row.name },
      { title: 'original', value: row => row.before, isNumber: true },
      { title: report.type, value: row => row.after, isNumber: true },
      { title: '', value: row => `× ${row.ratio.toFixed(2)}`, isNumber: true },
    ],
    '',
  )
  terminal.print('')
  const { rise } = perplexity
  printFields(terminal, [
    [
      'perplexity',
      `${perplexity.before.toFixed(4)} → ${perplexity.after.toFixed(4)}, ${share(rise.estimate)} more (95 %: ${share(rise.low)} to ${share(rise.high)}; at most ${share(limits.perplexityRise)}), ${perplexity.tokens.toLocaleString('en')} tokens of ${perplexity.examples} examples`,
    ],
    ...(answers
      ? [
          [
            'right answers',
            `${share(answers.before)} → ${share(answers.after)}, ${share(answers.drop.estimate)} fewer (95 %: ${share(answers.drop.low)} to ${share(answers.drop.high)}; at most ${share(limits.answerDrop)}), ${answers.worse} of ${answers.answers} got worse, ${answers.better} better`,
          ] as const,
        ]
      : []),
    ...(report.importanceFrom > 0 ? [['importance', `from ${report.importanceFrom} examples`] as const] : []),
    ['file', report.file ?? 'not written'],
  ])
}
