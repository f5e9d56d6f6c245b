import { Command } from 'commander'
import { z } from 'zod'

import { formatMs } from '../figures.ts'
import { openSession } from '../session.ts'
import { printable } from '../table.ts'

const explanationShape = z.looseObject({
  inference_id: z.string(),
  is_complete: z.boolean(),
  steps: z.array(
    z.looseObject({
      kind: z.string(),
      decision: z.string(),
      at_ms: z.number(),
      text: z.string(),
      reason: z.string(),
      ground: z.looseObject({ kind: z.string(), hash: z.string() }).nullish(),
      evidence: z.record(z.string(), z.unknown()),
    }),
  ),
})

export function explainInferenceCommand(): Command {
  return new Command('explain')
    .description('Say of every decision of an inference what was decided and why')
    .argument('<id>', 'its id, as lists and the header slipway-inference-id have it')
    .option('--evidence', 'with what each rests on')
    .action(async (id: string, options: { evidence?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const explanation = await api.read(
        `/api/inferences/${encodeURIComponent(id)}/explain`,
        explanationShape,
      )
      if (terminal.isJson) return terminal.printJson(explanation)
      const { dim } = terminal.style
      for (const [index, step] of explanation.steps.entries()) {
        const number = String(index + 1).padStart(2)
        terminal.print(`${dim(number)}  ${formatMs(step.at_ms).padStart(8)}  ${printable(step.text)}`)
        terminal.print(`${' '.repeat(14)}${dim(printable(step.reason))}`)
        if (options.evidence !== true) continue
        if (step.ground)
          terminal.print(`${' '.repeat(14)}${dim(`by the ${step.ground.kind} ${step.ground.hash}`)}`)
        terminal.print(`${' '.repeat(14)}${dim(printable(JSON.stringify(step.evidence)))}`)
      }
      if (!explanation.is_complete)
        terminal.note(dim('It was recorded before decisions were kept, so some are missing.'))
    })
}
