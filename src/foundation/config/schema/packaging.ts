import { z } from 'zod'
import { httpUrl, name, secret } from './parts.ts'

const registry = z
  .strictObject({
    url: httpUrl.describe('The address of the registry, without a path: `https://registry.example.com`.'),
    prefix: z
      .string()
      .regex(
        /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/,
        'Write lower-case names joined by /.',
      )
      .optional()
      .describe('Repositories lie below it, and no others are touched: `ml/models`.'),
    username: z.string().min(1).max(200).optional().describe('Whom it knows us as.'),
    password: secret.optional(),
    plainHttp: z
      .boolean()
      .default(false)
      .describe(
        'Allows an address without https, where everybody on the way reads and changes what is sent.',
      ),
    tenants: z
      .array(name)
      .default(['default'])
      .describe(
        'Whose models may go there and come from there; the tenant `default` alone where it is left out.',
      ),
  })
  .refine(
    ({ url, plainHttp }) => url.startsWith('https:') || plainHttp,
    'The address has no https. Write `plainHttp: true` if that is meant.',
  )
  .refine(({ url }) => !URL.canParse(url) || new URL(url).pathname === '/', 'Write the path as `prefix`.')
  .refine(
    ({ username, password }) => (username === undefined) === (password === undefined),
    '`username` and `password` go together.',
  )

export const packaging = z
  .strictObject({
    registries: z
      .record(name, registry)
      .nullish()
      .transform(value => value ?? {})
      .describe('OCI registries that models may be sent to and taken from, by name; no others are.'),
  })
  .describe('Packages of models.')

export type PackagingConfig = z.output<typeof packaging>
