import { Argument, Command, Option } from 'commander'
import path from 'node:path'

import type {
  QuantizationReport,
  QuantizationType,
  QuantizeProgress,
} from '../../../improve/training/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { withInterrupt } from '../interrupt.ts'
import { decimal, wholeNumber } from '../options.ts'
import { progressBar } from '../progress-bar.ts'
import { describeOutcome, printReport } from '../quantization/print-report.ts'
import { quantizeOnServer } from '../quantization/quantize-on-server.ts'
import { openSession } from '../session.ts'
import type { Terminal } from '../terminal.ts'

export interface QuantizeOptions {
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
  readonly onServer?: true
  readonly name?: string
  readonly detach?: true
  readonly tenant?: string
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
    .addArgument(
      new Argument(
        '<model>',
        'a GGUF file in 16- or 32-bit floats; with --on-server a version of the registry: support@3',
      ),
    )
    .addOption(new Option('--to <type>', 'what weights become').choices(types).makeOptionMandatory())
    .requiredOption(
      '--check <file>',
      'JSON Lines that both are compared on: `text`, `input` and `output`, or `messages`; with --on-server also dataset:NAME@REVISION:SPLIT',
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
    .option('--keep', 'write the result also where a limit does not hold')
    .option('--on-server', 'have the server do it with a version of the registry, and follow it')
    .option('--name <model>', 'with --on-server: the model that gets the version (default: the same)')
    .option('--detach', 'with --on-server: begin it and leave')
    .option('--tenant <id>', 'with --on-server, for keys of the installation: whose it is')
    .action(async (file: string, options: QuantizeOptions, command: Command) => {
      checkTogether(options)
      if (options.onServer === true) return await quantizeOnServer(openSession(command), file, options)
      const { terminal } = openSession(command)
      const report = await withInterrupt(signal => quantize(terminal, file, options, signal))
      if (terminal.isJson) terminal.printJson(report)
      else printReport(terminal, report, ['file', report.file ?? 'not written'])
      if (report.outcome === 'passed') return
      throw new CommandError('gate_failed', describeOutcome(report), {
        ...(report.file === undefined && {
          mend: 'Nothing was written; choose a larger type, calibrate, compare on more examples, or --keep it.',
        }),
        exitCode: report.outcome === 'failed' ? exitCodes.gateFailed : exitCodes.notEnough,
      })
    })
}

/** What belongs to the one place and was asked for the other. */
function checkTogether(options: QuantizeOptions): void {
  const elsewhere =
    options.onServer === true
      ? { output: '--output', threads: '--threads' }
      : { name: '--name', detach: '--detach', tenant: '--tenant' }
  for (const [option, written] of Object.entries(elsewhere))
    if (options[option as keyof QuantizeOptions] !== undefined)
      throw new CommandError(
        'usage',
        options.onServer === true
          ? `${written} is for files of this machine; the server has a version and its own processor.`
          : `${written} is for versions of the registry.`,
        {
          mend: options.onServer === true ? 'Leave it out.' : 'Add --on-server, or leave it out.',
          exitCode: exitCodes.usage,
        },
      )
}

async function quantize(
  terminal: Terminal,
  file: string,
  options: QuantizeOptions,
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
