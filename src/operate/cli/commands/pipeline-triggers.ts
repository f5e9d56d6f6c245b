import { Command } from 'commander'
import { formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { decisionShape, eventShape, triggerShape, type WireTrigger } from '../pipeline/trigger-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

interface Options {
  readonly events?: true
  readonly trigger?: string
  readonly limit: number
  readonly tenant?: string
}

export function pipelineTriggersCommand(): Command {
  return new Command('triggers')
    .description('Show what begins runs of a pipeline by itself, what it holds, and what was decided and why')
    .argument('[pipeline]', 'its name')
    .option('--events', 'list the events that triggers may listen for, with their facts')
    .option('--trigger <name>', 'only decisions of one trigger')
    .option('--limit <count>', 'at most so many decisions', wholeNumber(1, 200), 20)
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(async (name: string | undefined, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      if (options.events === true) {
        const found = await api.read('/api/pipeline-events', listOf(eventShape))
        if (terminal.isJson) return terminal.printJson(found)
        return printTable(
          terminal,
          found.data,
          [
            { title: 'event', value: event => event.name },
            { title: 'what happens', value: event => event.description },
            { title: 'facts', value: event => Object.keys(event.facts).join(', ') },
          ],
          'There are no events.',
        )
      }
      if (name === undefined) return command.error('error: name a pipeline, or ask for --events')
      const { tenant, trigger, limit } = options
      const path = `/api/pipelines/${encodeURIComponent(name)}`
      const triggers = await api.read(`${path}/triggers`, listOf(triggerShape), { query: { tenant } })
      const decisions = await api.read(`${path}/trigger-decisions`, listOf(decisionShape), {
        query: { tenant, trigger, limit },
      })
      if (terminal.isJson) return terminal.printJson({ triggers: triggers.data, decisions: decisions.data })
      printTable(
        terminal,
        triggers.data,
        [
          { title: 'trigger', value: one => one.name },
          { title: 'begins a run', value: describeCause },
          { title: 'held back by', value: describeRules },
          {
            title: 'holds',
            value: ({ held }) => (held ? `${held.events} until ${formatTime(held.until)}` : '–'),
          },
        ],
        'Nothing begins runs of it but people.',
      )
      terminal.print('')
      printTable(
        terminal,
        decisions.data,
        [
          { title: 'when', value: one => formatTime(one.at) },
          { title: 'trigger', value: one => one.trigger },
          { title: 'decision', value: one => one.outcome.replace('_', ' ') },
          { title: 'why', value: one => one.message },
          { title: 'told', value: one => one.event.name },
          { title: 'run', value: one => one.run ?? '–' },
        ],
        'No trigger was told of anything yet.',
      )
    })
}

function describeCause({ kind, event, cron, timezone, rows, where, next_at: next }: WireTrigger): string {
  const cause =
    kind === 'event'
      ? `on ${event}`
      : kind === 'cron'
        ? `at ${cron} (${timezone}), next ${formatTime(next)}`
        : rows
          ? `at ${rows.at_least} rows of ${rows.dataset}@${rows.branch}, ${rows.counted} have come`
          : 'when it is called'
  return typeof where === 'string' ? `${cause}, where ${where}` : cause
}

function describeRules(trigger: WireTrigger): string {
  const {
    debounce_seconds: debounce,
    cooldown_seconds: cooldown,
    at_most: atMost,
    budget,
    approval,
  } = trigger
  const rules = [
    typeof debounce === 'number' && `debounce ${debounce} s`,
    typeof cooldown === 'number' && `cool-down ${cooldown} s`,
    atMost && `${atMost.runs} runs in ${atMost.per_seconds} s`,
    budget && `${budget.usd} USD in ${budget.per_seconds} s`,
    approval && 'a person',
  ].filter(rule => typeof rule === 'string')
  return rules.length === 0 ? '–' : rules.join(', ')
}
