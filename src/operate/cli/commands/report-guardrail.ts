import { Command } from 'commander'

import { parseMoment } from '../duration.ts'
import { openSession } from '../session.ts'
import { printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { guardrailReportShape, listOf } from '../wire.ts'
import type { z } from 'zod'

type Report = z.output<typeof guardrailReportShape>

export function reportGuardrailCommand(): Command {
  return new Command('report')
    .description('Write down what a check in shadow would have done, which `mode: enforce` then names')
    .argument('<policy>', 'its name')
    .argument('<check>', 'the entry of the policy: its name, else its check')
    .option(
      '--since <when>',
      'from a time on, or a span ago: 12h, 7d; since it is as it is now where left out',
    )
    .action(async (policy: string, guard: string, options: { since?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const since = options.since === undefined ? undefined : parseMoment(options.since, 'back')
      const body = { policy, guard, ...(since !== undefined && { since }) }
      const report = await api.read('/api/guardrails/reports', guardrailReportShape, { method: 'POST', body })
      if (terminal.isJson) return terminal.printJson(report)
      printReport(terminal, report)
      terminal.note(
        `To enforce it, write \`mode: enforce\` and \`report: '${report.hash}'\` in slipway.yaml.`,
      )
    })
}

export function listGuardrailReportsCommand(): Command {
  return new Command('reports')
    .description('Show the reports that were written, newest first')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const reports = await api.read('/api/guardrails/reports', listOf(guardrailReportShape))
      if (terminal.isJson) return terminal.printJson(reports)
      printTable(
        terminal,
        reports.data,
        [
          { title: 'report', value: report => report.hash },
          { title: 'policy', value: ({ content }) => content.policy },
          { title: 'check', value: ({ content }) => content.guard },
          { title: 'written', value: report => report.created_at.slice(0, 16).replace('T', ' ') },
          { title: 'by', value: report => report.created_by },
          { title: 'looked at', value: ({ content }) => String(content.looked), isNumber: true },
          {
            title: 'would have acted',
            value: ({ content }) => String(content.would_have_acted),
            isNumber: true,
          },
          { title: 'at most', value: ({ content }) => percent(content.share_upper), isNumber: true },
        ],
        'No report was written yet: `slipway guardrails report POLICY CHECK`.',
      )
    })
}

function printReport(terminal: Terminal, { hash, content }: Report): void {
  printFields(terminal, [
    ['report', hash],
    ['check', `${content.guard} of ${content.policy}, which would ${content.action}`],
    ['since', content.since.slice(0, 19).replace('T', ' ')],
    [
      'looked at',
      `${content.looked} (${content.scanned_chars} characters in ${content.scanned_texts} texts)`,
    ],
    [
      'would have acted',
      `${content.would_have_acted}, ${percent(content.share)}; at most ${percent(content.share_upper)} (95 % sure)`,
    ],
    ['could not tell', `${content.errors} errors, ${content.timeouts} timeouts`],
    ['took', `${content.mean_ms.toFixed(3)} ms on average`],
  ])
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
