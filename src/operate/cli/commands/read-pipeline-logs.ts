import { Command } from 'commander'
import { readEvents } from '../event-stream.ts'
import { withInterrupt } from '../interrupt.ts'
import { wholeNumber } from '../options.ts'
import { logLineShape } from '../pipeline/pipeline-wire.ts'
import { openSession } from '../session.ts'
import { printable } from '../table.ts'
import { z } from 'zod'

interface Options {
  readonly stage?: string
  readonly attempt?: number
  readonly follow?: true
}

const pageShape = z.looseObject({ data: z.array(logLineShape), next_after: z.number().nullish() })

export function readPipelineLogsCommand(): Command {
  return new Command('logs')
    .description('Print what the stages of a run have printed')
    .argument('<run>', 'as `slipway pipeline list --runs` shows it')
    .option('--stage <name>', 'of one stage: train, or train[small]')
    .option('--attempt <number>', 'of one attempt', wholeNumber(1, 1_000))
    .option('-f, --follow', 'go on until the run has ended')
    .action(async (id: string, { stage, attempt, follow }: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/pipeline-runs/${encodeURIComponent(id)}/logs`
      const print = (line: z.output<typeof logLineShape>): void => {
        if (terminal.isJson) return terminal.printJson(line)
        const text = printable(line.text)
        const shown = line.stream === 'out' ? text : terminal.style.dim(text)
        terminal.print(stage === undefined ? `${terminal.style.cyan(line.stage)}  ${shown}` : shown)
      }
      if (follow === true)
        return await withInterrupt(async signal => {
          const response = await api.send(`${path}/live`, {
            query: { stage, attempt },
            signal,
            accept: 'text/event-stream',
          })
          if (response.body === null) return
          for await (const { event, data } of readEvents(response.body))
            if (event === 'line') print(logLineShape.parse(JSON.parse(data)))
        })
      for (let after: number | undefined = 0; after !== undefined;) {
        const page: z.output<typeof pageShape> = await api.read(path, pageShape, {
          query: { stage, attempt, after },
        })
        for (const line of page.data) print(line)
        after = page.next_after ?? undefined
      }
    })
}
