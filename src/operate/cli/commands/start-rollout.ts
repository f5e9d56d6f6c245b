import { Command } from 'commander'
import { readDeclaredFile, withFileErrors } from '../declared-file.ts'
import { openSession } from '../session.ts'
import { concludeRollout } from '../rollout/follow-rollout.ts'
import { rolloutShape } from '../rollout/rollout-wire.ts'

interface Options {
  readonly file?: string
  readonly reason: string
  readonly watch?: true
  readonly tenant?: string
}

export function startRolloutCommand(): Command {
  return new Command('start')
    .description('Begin to roll a release out, by the plan of slipway.yaml or one of a file')
    .argument('<service>', 'as slipway.yaml names it')
    .argument('[candidate]', 'a release of it; a plan that is a test names its own')
    .requiredOption('--reason <text>', 'why; it stays with the rollout')
    .option('-f, --file <file>', 'the YAML of a plan, in place of the one in slipway.yaml')
    .option('--watch', 'follow it until its end: 0 promoted, 5 rolled back, 1 ended otherwise')
    .option('--tenant <id>', 'for keys of the installation: who is told of its end')
    .action(async (service: string, candidate: string | undefined, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const { file, reason, tenant } = options
      const plan = file === undefined ? undefined : await readDeclaredFile(file, 'Name the YAML of a plan.')
      const ask = async () =>
        await api.read('/api/rollouts', rolloutShape, {
          method: 'POST',
          body: {
            service,
            candidate,
            plan,
            file: file === undefined ? undefined : 'plan.yaml',
            reason,
            tenant,
          },
        })
      const rollout = file === undefined ? await ask() : await withFileErrors(file, 'plan.yaml', ask)
      if (options.watch === true) {
        terminal.note(terminal.style.dim(rollout.id))
        return await concludeRollout(session, rollout.id)
      }
      if (terminal.isJson) return terminal.printJson(rollout)
      terminal.print(
        `${terminal.style.green('✓')} ${rollout.id}: ${rollout.candidates.join(', ')} against ${rollout.baseline}.`,
      )
      terminal.note(terminal.style.dim(`Follow it with \`slipway rollout watch ${rollout.id}\`.`))
    })
}

export function watchRolloutCommand(): Command {
  return new Command('watch')
    .description('Follow a rollout until its end; Ctrl-C leaves it running')
    .argument('<rollout>', 'as `slipway rollout list` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      await concludeRollout(openSession(command), id)
    })
}
