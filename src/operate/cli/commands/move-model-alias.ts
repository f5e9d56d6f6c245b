import { Command } from 'commander'

import { usageError } from '../command-error.ts'
import { collect } from '../options.ts'
import { readEvidence, readModelReference } from '../registry/model-reference.ts'
import { decisionShape, modelAliasShape, modelVersionShape } from '../registry/model-wire.ts'
import { openSession } from '../session.ts'

interface AliasOptions {
  readonly expected?: string
  readonly evidence?: readonly string[]
  readonly because?: string
  readonly tenant?: string
}

export function moveModelAliasCommand(): Command {
  return new Command('alias')
    .description('Move an alias to a version, or make it; a protected one moves when its rules are met')
    .argument('<version>', 'NAME@3, NAME@latest or NAME@OTHER-ALIAS')
    .argument('<alias>', 'production, candidate …')
    .option('--expected <version>', 'only from there; `new`: only where the alias is new')
    .option('--evidence <kind:id>', 'what it is moved on: evaluation:ID; again for more', collect)
    .option('--because <reason>', 'why, for the history')
    .option('--tenant <id>', 'whose model')
    .action(async (text: string, alias: string, options: AliasOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const { name, modelPath, versionPath } = readVersion(text)
      const query = { tenant: options.tenant }
      const { number } = await api.read(versionPath, modelVersionShape, { query })
      const moved = await api.read(`${modelPath}/aliases/${encodeURIComponent(alias)}`, modelAliasShape, {
        method: 'PUT',
        query,
        body: {
          version: number,
          expected: expectedOf(options.expected),
          evidence: readEvidence(options.evidence),
          reason: options.because,
        },
      })
      if (terminal.isJson) return terminal.printJson(moved)
      terminal.print(`${terminal.style.green('✓')} ${name}@${moved.name} is version ${moved.version}.`)
    })
}

function expectedOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  if (text === 'new') return null
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw usageError(`--expected ${text} is no version.`, 'Write the number of a version, or `new`.')
}

interface DecideOptions {
  readonly evidence?: readonly string[]
  readonly because?: string
  readonly tenant?: string
}

export function decideModelCommand(verdict: 'approve' | 'reject'): Command {
  const command = new Command(verdict)
    .description(
      verdict === 'approve'
        ? 'Approve a version for a protected alias; takes back a rejection of the same key'
        : 'Reject a version for a protected alias, until the same key approves it',
    )
    .argument('<version>', 'NAME@3')
    .argument('<alias>', 'the protected alias')
    .option('--evidence <kind:id>', 'what it rests on: evaluation:ID; again for more', collect)
    .option('--tenant <id>', 'whose model')
  const because = 'why; it is kept with the decision'
  if (verdict === 'reject') command.requiredOption('--because <reason>', because)
  else command.option('--because <reason>', because)
  return command.action(async (text: string, alias: string, options: DecideOptions, self: Command) => {
    const { api, terminal } = openSession(self)
    const { name, at, versionPath } = readVersion(text)
    const decision = await api.read(`${versionPath}/decisions`, decisionShape, {
      method: 'POST',
      query: { tenant: options.tenant },
      body: {
        alias,
        decision: verdict === 'approve' ? 'approved' : 'rejected',
        reason: options.because,
        evidence: readEvidence(options.evidence),
      },
    })
    if (terminal.isJson) return terminal.printJson(decision)
    terminal.print(
      `${terminal.style.green('✓')} ${name}@${at} is ${decision.decision} for ${alias} by ${decision.actor_name}.`,
    )
  })
}

/** A decision, and a move, is of one version: it is named, not guessed. */
function readVersion(text: string): ReturnType<typeof readModelReference> {
  const reference = readModelReference(text)
  if (reference.at !== undefined) return reference
  throw usageError(`${text} names no version.`, `Write ${text}@3 or ${text}@latest.`)
}
