import { Command } from 'commander'

import { acknowledgeAlertCommand } from './commands/acknowledge-alert.ts'
import {
  pauseMonitorCommand,
  resetMonitorCommand,
  resumeMonitorCommand,
  setMonitorReferenceCommand,
} from './commands/change-monitor.ts'
import { createSilenceCommand } from './commands/create-silence.ts'
import { endSilenceCommand } from './commands/end-silence.ts'
import { exportObservabilityCommand } from './commands/export-observability.ts'
import { listAlertsCommand } from './commands/list-alerts.ts'
import { listChannelsCommand } from './commands/list-channels.ts'
import { listMetricsCommand } from './commands/list-metrics.ts'
import { listMonitorAlarmsCommand } from './commands/list-monitor-alarms.ts'
import { listMonitorsCommand } from './commands/list-monitors.ts'
import { listSilencesCommand } from './commands/list-silences.ts'
import { listSlosCommand } from './commands/list-slos.ts'
import { queryMetricCommand } from './commands/query-metric.ts'
import { showAlertCommand } from './commands/show-alert.ts'
import { showMonitorCommand } from './commands/show-monitor.ts'
import { testChannelCommand } from './commands/test-channel.ts'

/** Alerts, silences, objectives, monitors, metrics, and the way to Prometheus and Grafana. */
export function observabilityCommands(): Command[] {
  return [
    within(
      listAlertsCommand(),
      showAlertCommand(),
      acknowledgeAlertCommand(),
      listChannelsCommand(),
      testChannelCommand(),
    ),
    listSlosCommand(),
    within(
      group('monitor', 'See what is watched for changes, and say what is normal'),
      listMonitorsCommand(),
      showMonitorCommand(),
      listMonitorAlarmsCommand(),
      pauseMonitorCommand(),
      resumeMonitorCommand(),
      resetMonitorCommand(),
      setMonitorReferenceCommand(),
    ),
    within(listSilencesCommand(), createSilenceCommand(), endSilenceCommand()),
    within(
      group('metrics', 'See every metric, and ask what it says'),
      listMetricsCommand(),
      queryMetricCommand(),
    ),
    within(group('observe', 'Take observability elsewhere'), exportObservabilityCommand()),
  ]
}

function group(name: string, description: string): Command {
  return new Command(name).description(description).helpCommand(false)
}

function within(parent: Command, ...children: Command[]): Command {
  for (const child of children) parent.addCommand(child)
  return parent
}
