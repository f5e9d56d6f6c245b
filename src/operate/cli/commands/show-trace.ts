import { Command } from 'commander'

import { openSession } from '../session.ts'
import { traceLines, traceShape } from '../trace-lines.ts'

const traceId = /^[0-9a-f]{32}$/i

export function showTraceCommand(): Command {
  return new Command('trace')
    .description('Draw where the time of an inference, or of a whole trace, went')
    .argument('<id>', 'of an inference, or of a trace (32 hex digits)')
    .option('--tenant <id>', 'whose trace it is')
    .option('--facts', 'say what is known of each stretch')
    .action(async (id: string, options: { tenant?: string; facts?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const trace = traceId.test(id)
        ? await api.read(`/api/traces/${id}`, traceShape, { query: { tenant: options.tenant } })
        : await api.read(`/api/inferences/${encodeURIComponent(id)}/trace`, traceShape)
      if (terminal.isJson) return terminal.printJson(trace)
      for (const line of traceLines(trace, terminal.columns, { withFacts: options.facts === true }))
        terminal.print(
          line.isFaint
            ? terminal.style.dim(line.text)
            : line.isBad
              ? terminal.style.red(line.text)
              : line.text,
        )
      if (trace.is_truncated) terminal.note(terminal.style.dim('The trace has more spans than are shown.'))
    })
}
