import { Command, Option } from 'commander'
import { exampleShape, examplesShape, type WireExample } from '../evaluation/eval-wire.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { isKnown } from '../evaluation/is-known.ts'

interface Options {
  readonly outcome: string
  readonly release?: string
  readonly evaluator?: string
  readonly slice?: string
  readonly limit: number
}

const outcomes = ['all', 'regressions', 'improvements', 'flaky', 'errors', 'not_passed']
const shownCharacters = 400

export function showEvaluationExamplesCommand(): Command {
  return new Command('examples')
    .description('Show examples of a run with every answer: regressions, errors, what flickers')
    .argument('<id>', 'as `slipway eval list` shows it')
    .addOption(new Option('--outcome <outcome>', 'which').choices(outcomes).default('regressions'))
    .option('--release <name>', 'only by this release')
    .option('--evaluator <name>', 'only by this evaluator')
    .option('--slice <column=value>', 'only of this slice')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 200), 10)
    .action(async (id: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const base = `/api/evaluations/${encodeURIComponent(id)}/examples`
      const page = await api.read(base, examplesShape, { query: { ...options } })
      const details: WireExample[] = []
      for (const { ordinal } of page.data) details.push(await api.read(`${base}/${ordinal}`, exampleShape))
      if (terminal.isJson) return terminal.printJson({ ...page, data: details })
      for (const example of details) render(terminal, example)
      terminal.note(terminal.style.dim(`  ${details.length} of ${page.total}.`))
    })
}

function render(terminal: Terminal, example: WireExample): void {
  const { style } = terminal
  terminal.print(style.bold(printable(example.key)))
  for (const message of example.messages ?? [])
    terminal.print(`  ${style.dim(message.role)} ${shorten(message.content)}`)
  if (isKnown(example.expected)) terminal.print(`  ${style.dim('expected')} ${shorten(example.expected)}`)
  for (const item of example.items) {
    const repeat = example.items.some(other => other.repeat > 0) ? ` #${item.repeat + 1}` : ''
    const said = !isKnown(item.answer) ? style.red(item.failure_code ?? item.state) : shorten(item.answer)
    terminal.print(`  ${style.bold(printable(item.release) + repeat)} ${said}`)
    for (const score of item.scores) {
      const value = score.failure ?? (!isKnown(score.value) ? 'does not apply' : score.value.toFixed(3))
      const mark = score.passed === true ? style.green('✓') : score.passed === false ? style.red('✗') : ' '
      const why = !isKnown(score.why) ? '' : style.dim(` ${shorten(score.why)}`)
      const by = `${score.use} version ${score.version}${isKnown(score.model) ? `, ${score.model}` : ''}`
      terminal.print(
        `    ${mark} ${printable(score.evaluator)} ${value} ${style.dim(`(${printable(by)})`)}${why}`,
      )
    }
  }
  terminal.print('')
}

function shorten(value: unknown): string {
  const text = printable(typeof value === 'string' ? value : JSON.stringify(value))
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters - 1)}…` : text
}
