import { Command } from 'commander'
import { z } from 'zod'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly evaluator: string
  readonly wanted: number
  readonly people: number
  readonly collect?: true
}

const askedShape = z.looseObject({ asked: z.number(), known: z.number() })
const collectedShape = z.looseObject({ collected: z.number(), labels: z.number() })

export function labelEvaluationCommand(): Command {
  return new Command('label')
    .description('Have people label answers that a judge has scored, or take over what they said')
    .argument('<id>', 'as `slipway eval list` shows it')
    .option('--evaluator <name>', 'the judge')
    .option('--wanted <count>', 'how many answers shall have a label', wholeNumber(1, 5_000), 50)
    .option('--people <count>', 'how many have to answer each', wholeNumber(1, 5), 1)
    .option('--collect', 'take over what people have decided, and make the report anew')
    .action(async (id: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const base = `/api/evaluations/${encodeURIComponent(id)}`
      if (options.collect === true) {
        const found = await api.read(`${base}/labels/collect`, collectedShape, { method: 'POST' })
        if (terminal.isJson) return terminal.printJson(found)
        terminal.print(`${terminal.style.green('✓')} ${found.labels} answers have a label.`)
        return
      }
      const asked = await api.read(`${base}/label-requests`, askedShape, {
        method: 'POST',
        body: { evaluator: options.evaluator, wanted: options.wanted, people: options.people },
      })
      if (terminal.isJson) return terminal.printJson(asked)
      terminal.print(
        `${terminal.style.green('✓')} ${asked.asked} answers wait for people in the review queue.`,
      )
      terminal.note(`  Take over what they say with \`slipway eval label ${id} --collect\`.`)
    })
}
