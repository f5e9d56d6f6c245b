import type { ApiClient } from '../api-client.ts'
import { CommandError, usageError } from '../command-error.ts'
import { modelListShape } from '../wire.ts'

/** The service that was named, or the only one there is, or `support`. */
export async function chooseModel(api: ApiClient, wanted: string | undefined): Promise<string> {
  const { data } = await api.read('/v1/models', modelListShape)
  const names = data.map(model => model.id)
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted
    const { suggest } = await import('../../../foundation/config/index.ts')
    const meant = suggest(wanted, names)
    throw new CommandError(
      'model_not_found',
      `There is no service named \`${wanted}\` that this key may call.`,
      {
        mend: meant === undefined ? `There is ${names.join(', ') || 'none'}.` : `Did you mean \`${meant}\`?`,
      },
    )
  }
  if (names.includes('support')) return 'support'
  const [only] = names
  if (only === undefined)
    throw new CommandError('model_not_found', 'There is no service that this key may call.', {
      mend: 'Declare one under `services` in slipway.yaml.',
    })
  if (names.length > 1)
    throw usageError('There are several services.', `Name one: --model ${names.join(' | ')}.`)
  return only
}
