import type { QuantizeOptions } from '../commands/quantize-model.ts'
import { sendExamples } from '../send-examples.ts'
import type { openSession } from '../session.ts'
import { followQuantization } from './follow-quantization.ts'
import { quantizationShape } from './quantization-wire.ts'

/** Has the server quantize a version of the registry; files of examples are sent first. */
export async function quantizeOnServer(
  session: ReturnType<typeof openSession>,
  model: string,
  options: QuantizeOptions,
): Promise<void> {
  const { api, terminal } = session
  const begun = await api.read('/api/quantizations', quantizationShape, {
    method: 'POST',
    body: {
      model,
      to: options.to,
      name: options.name,
      check: await sendExamples(api, options.check),
      ...(options.calibrate !== undefined && { calibrate: await sendExamples(api, options.calibrate) }),
      max_rise_percent: options.maxRise,
      max_drop_percent: options.maxDrop,
      examples: options.examples,
      answers: options.answers,
      cache: options.cache,
      context_size: options.contextSize,
      keep: options.keep,
      tenant: options.tenant,
    },
  })
  terminal.note(terminal.style.dim(`${begun.id}: ${begun.base} to ${begun.type}`))
  if (options.detach !== true) return await followQuantization(session, begun.id)
  if (terminal.isJson) return terminal.printJson(begun)
  terminal.print(`${terminal.style.green('✓')} ${begun.id}`)
}
