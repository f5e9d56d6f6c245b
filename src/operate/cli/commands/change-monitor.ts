import { Command } from 'commander'

import { monitorShape } from '../monitor-wire.ts'
import { openSession } from '../session.ts'

const changed = {
  pause: 'is paused: what comes now is not looked at',
  resume: 'watches again',
  reset: 'has begun anew against its reference',
  reference: 'takes a new reference',
} as const

async function change(
  name: string,
  what: keyof typeof changed,
  body: Readonly<Record<string, string>> | undefined,
  command: Command,
): Promise<void> {
  const { api, terminal } = openSession(command)
  const path = `/api/monitors/${encodeURIComponent(name)}/${what}`
  const monitor = await api.read(path, monitorShape, { method: 'POST', ...(body && { body }) })
  if (terminal.isJson) return terminal.printJson(monitor)
  terminal.print(`${terminal.style.green('✓')} ${monitor.name} ${changed[what]}.`)
}

export function pauseMonitorCommand(): Command {
  return new Command('pause')
    .description('Stop watching; what comes meanwhile is not looked at later')
    .argument('<name>', 'its name')
    .action((name: string, _options: object, command: Command) => change(name, 'pause', undefined, command))
}

export function resumeMonitorCommand(): Command {
  return new Command('resume')
    .description('Watch again')
    .argument('<name>', 'its name')
    .action((name: string, _options: object, command: Command) => change(name, 'resume', undefined, command))
}

export function resetMonitorCommand(): Command {
  return new Command('reset')
    .description('Begin detectors anew against their reference, and end their alarms')
    .argument('<name>', 'its name')
    .option('--stream <name>', 'only this one')
    .action((name: string, options: { stream?: string }, command: Command) =>
      change(name, 'reset', { ...options }, command),
    )
}

export function setMonitorReferenceCommand(): Command {
  return new Command('reference')
    .description('Take references anew, and end their alarms: what is normal is what was then')
    .argument('<name>', 'its name')
    .option('--from <time>', 'ISO 8601; the window of the configuration where left out')
    .option('--until <time>', 'ISO 8601; now where left out')
    .option('--stream <name>', 'only that of this one, without a time')
    .action((name: string, options: { from?: string; until?: string; stream?: string }, command: Command) =>
      change(name, 'reference', { ...options }, command),
    )
}
