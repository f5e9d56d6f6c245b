import { z } from 'zod'
import { httpUrl, secret } from './parts.ts'

/** Where models are asked on Google's Vertex AI, and who asks. */
export const googleFields = {
  project: z
    .string()
    .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$|^\d+$/, 'A project looks like `my-project-123`, or is its number.')
    .optional()
    .describe('The Google Cloud project that pays for Vertex AI.'),
  location: z
    .string()
    .regex(
      /^[a-z]+(?:-[a-z]+\d+)?$/,
      'A location looks like `europe-west4`; `global`, `us` and `eu` are some too.',
    )
    .optional()
    .describe('The location of Vertex AI, e.g. `europe-west4` or `global`.'),
  credentials: secret
    .optional()
    .describe(
      'The key of a service account, as the JSON that Google gives: `{ file: path }` or `{ env: NAME }`.',
    ),
  accessToken: secret
    .optional()
    .describe(
      'An access token in place of a key, which something else renews: `{ file: path }` is read again.',
    ),
  tokenUrl: httpUrl
    .optional()
    .describe(
      'Where access tokens are asked for; what the key of the service account says where it is left out.',
    ),
}

export const googleSecrets = ['credentials', 'accessToken'] as const
