import { Command } from 'commander'

import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf, policyShape } from '../wire.ts'

export function listPoliciesCommand(): Command {
  return new Command('list')
    .description('Show the policies in force, check by check, and what each rests on')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const policies = await api.read('/api/guardrails/policies', listOf(policyShape))
      if (terminal.isJson) return terminal.printJson(policies)
      const rows = policies.data.flatMap(policy => policy.guards.map(guard => ({ policy, guard })))
      printTable(
        terminal,
        rows,
        [
          { title: 'policy', value: ({ policy }) => policy.name },
          { title: 'hash', value: ({ policy }) => policy.hash },
          { title: 'services', value: ({ policy }) => policy.services.map(nameOf).join(', ') || '–' },
          { title: 'check', value: ({ guard }) => guard.name },
          { title: 'on', value: ({ guard }) => guard.stages.join(', ') },
          { title: 'mode', value: ({ guard }) => guard.mode },
          { title: 'action', value: ({ guard }) => guard.action },
          { title: 'ms', value: ({ guard }) => String(guard.timeout_ms), isNumber: true },
          {
            title: 'on error / timeout',
            value: ({ guard }) => `${guard.on_error} / ${guard.on_timeout}`,
          },
          { title: 'rests on', value: ({ guard }) => groundOf(guard) },
        ],
        'No policy is declared: say `policies` in slipway.yaml, and `policy` of a service.',
      )
    })
}

function nameOf({
  service,
  tenant,
}: {
  readonly service: string
  readonly tenant?: string | null | undefined
}) {
  return tenant ? `${service} for ${tenant}` : service
}

function groundOf({
  report,
  waived,
}: {
  readonly report?: string | null | undefined
  readonly waived?: string | null | undefined
}): string {
  if (report) return `report ${report}`
  return waived ? `waived: ${waived}` : '–'
}
