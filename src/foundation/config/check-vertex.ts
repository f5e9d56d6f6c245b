import type { DataPath, Finding } from './problem.ts'
import { googleFields } from './schema/google.ts'
import type { ProviderConfig } from './schema/index.ts'

/** That Vertex AI can be called: a project, a location, and one way to say who calls; and that nobody else has those. */
export function checkVertex(provider: ProviderConfig, path: DataPath): Finding[] {
  const at = { path, at: 'key' } as const
  if (provider.kind !== 'vertex') {
    const field = (Object.keys(googleFields) as (keyof typeof googleFields)[]).find(one => provider[one])
    if (!field) return []
    const message = `\`${field}\` is for providers of the kind \`vertex\`, not \`${provider.kind}\`.`
    return [{ path: [...path, field], at: 'key', message, mend: 'Remove it, or correct the kind.' }]
  }
  const { project, location, credentials, accessToken, apiKey } = provider
  if (project === undefined || location === undefined) {
    const message = 'A provider of the kind `vertex` needs a project and a location.'
    return [{ ...at, message, mend: 'Add `project: my-project` and `location: europe-west4`, with yours.' }]
  }
  if (apiKey !== undefined) {
    const message = 'Vertex AI is not called with an API key here.'
    return [
      {
        path: [...path, 'apiKey'],
        at: 'key',
        message,
        mend: 'Give `credentials: { file: path }` in its place.',
      },
    ]
  }
  const ways = [credentials, accessToken].filter(way => way !== undefined).length
  if (ways === 1) return []
  const message =
    ways === 0
      ? 'Nothing here says who calls Vertex AI.'
      : 'There are two ways here to say who calls Vertex AI.'
  return [{ ...at, message, mend: 'Give one of `credentials` and `accessToken`.' }]
}
