import { Command } from 'commander'
import { readFile } from 'node:fs/promises'

import type { ConfigProblem, ParsedConfig } from '../../../foundation/config/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { renderProblem } from '../render-problem.ts'
import { openSession } from '../session.ts'
import { readStandardInput } from '../standard-input.ts'
import type { Terminal } from '../terminal.ts'

export function checkConfigCommand(): Command {
  return new Command('check')
    .description('Say what is wrong with a configuration, where, and how to mend it')
    .argument('[file]', 'the file, or - for standard input (default: SLIPWAY_CONFIG or slipway.yaml)')
    .option('--without-secrets', 'do not ask whether secrets can be read, e.g. in CI')
    .action(async (file: string | undefined, options: { withoutSecrets?: true }, command: Command) => {
      const { terminal, installation } = openSession(command)
      const { loadConfig, parseConfig } = await import('../../../foundation/config/index.ts')
      const { checkCatalogue: checks } = await import('../../../serve/guardrails/index.ts')
      const name = file ?? installation.configFile
      const isWithoutSecrets = options.withoutSecrets === true
      const text =
        name === '-' ? await readStandardInput() : await readFile(name, 'utf8').catch(() => undefined)
      const shownName = name === '-' ? 'standard input' : name
      const isDefaultPlace = file === undefined && installation.isDefaultConfig
      const parsed =
        text === undefined
          ? await loadConfig({ file: name, environment: process.env, isDefaultPlace, checks })
          : parseConfig(text, shownName, process.env, { isWithoutSecrets, checks })
      report(terminal, parsed, text, shownName)
    })
}

function report(terminal: Terminal, parsed: ParsedConfig, text: string | undefined, name: string): void {
  const problems: readonly ConfigProblem[] = 'problems' in parsed ? parsed.problems : []
  if (problems.length > 0) process.exitCode = exitCodes.failed
  if (terminal.isJson) {
    const hash = 'snapshot' in parsed ? parsed.snapshot.hash : null
    return terminal.printJson({ ok: problems.length === 0, file: name, hash, problems })
  }
  const { style } = terminal
  if ('snapshot' in parsed) {
    const { config, hash } = parsed.snapshot
    const count = (what: string, entries: object) => `${Object.keys(entries).length} ${what}`
    const content = [
      count('services', config.services),
      count('engines', config.engines),
      count('providers', config.providers),
      count('policies', config.policies),
      count('tenants', config.tenants),
      count('prices', config.prices),
    ].join(', ')
    const origin = text === undefined ? 'There is no slipway.yaml: the built-in default' : name
    return terminal.print(`${style.green('✓')} ${origin} is in order: ${content}. ${style.dim(hash)}`)
  }
  for (const problem of problems) terminal.print(`${renderProblem(problem, text ?? '', style)}\n`)
  terminal.print(style.bold(problems.length === 1 ? 'One problem.' : `${problems.length} problems.`))
}
