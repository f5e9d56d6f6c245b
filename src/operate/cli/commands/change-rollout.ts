import { Command } from 'commander'
import { formatTime } from '../figures.ts'
import { liveReleaseShape, rolloutShape } from '../rollout/rollout-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'

interface Reasoned {
  readonly reason: string
  readonly all?: true
}

async function act(
  verb: string,
  id: string,
  body: Readonly<Record<string, string>>,
  command: Command,
): Promise<void> {
  const { api, terminal } = openSession(command)
  const path = `/api/rollouts/${encodeURIComponent(id)}/${verb}`
  const rollout = await api.read(path, rolloutShape, { method: 'POST', body })
  if (terminal.isJson) return terminal.printJson(rollout)
  terminal.print(`${terminal.style.green('✓')} ${rollout.id} is ${rollout.state}.`)
}

const verbs = {
  pause: 'Go no further until it is resumed; harm rolls it back all the same',
  resume: 'Go on with one that is paused, or take a refused promotion up again',
  approve: 'Say yes to the last step of one that waits for it; never by whoever began it',
  abort: 'End it, with all traffic on the baseline',
} as const

export function changeRolloutCommands(): Command[] {
  return Object.entries(verbs).map(([verb, description]) =>
    new Command(verb)
      .description(description)
      .argument('<rollout>', 'as `slipway rollout list` shows it')
      .requiredOption('--reason <text>', 'why; it stays with the rollout')
      .action((id: string, { reason }: Reasoned, command: Command) => act(verb, id, { reason }, command)),
  )
}

export function promoteRolloutCommand(): Command {
  return new Command('promote')
    .description('Pass the step, whatever the verdicts say')
    .argument('<rollout>', 'as `slipway rollout list` shows it')
    .requiredOption('--reason <text>', 'why; it stays with the rollout')
    .option('--all', 'pass all steps')
    .action((id: string, { reason, all }: Reasoned, command: Command) =>
      act('promote', id, { reason, to: all === true ? 'all' : 'next' }, command),
    )
}

export function setLiveReleaseCommand(): Command {
  return new Command('back')
    .description('Send all traffic of a service to one of its releases at once; a rollout under way ends')
    .argument('<service>', 'as slipway.yaml names it')
    .argument('<release>', 'as `slipway rollout live` shows it')
    .requiredOption('--reason <text>', 'why; it stays in the history')
    .action(async (service: string, release: string, { reason }: Reasoned, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/services/${encodeURIComponent(service)}/live-release`
      const live = await api.read(path, liveReleaseShape, { method: 'POST', body: { release, reason } })
      if (terminal.isJson) return terminal.printJson(live)
      terminal.print(`${terminal.style.green('✓')} ${live.live} answers for ${live.service}.`)
    })
}

export function showLiveReleaseCommand(): Command {
  return new Command('live')
    .description('Show which release answers for a service, and which did before')
    .argument('<service>', 'as slipway.yaml names it')
    .action(async (service: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const live = await api.read(
        `/api/services/${encodeURIComponent(service)}/live-release`,
        liveReleaseShape,
      )
      if (terminal.isJson) return terminal.printJson(live)
      const under = live.rollout === null ? '' : `; the rollout ${live.rollout} is under way`
      terminal.print(`${live.live} answers for ${live.service} (slipway.yaml: ${live.declared})${under}.`)
      terminal.print('')
      printTable(
        terminal,
        live.history,
        [
          { title: 'release', value: one => one.release },
          { title: 'from', value: one => formatTime(one.at) },
          { title: 'by', value: one => `${one.cause}, ${one.actor_name}` },
          { title: 'why', value: one => one.reason },
        ],
        'It has always been this one.',
      )
    })
}
