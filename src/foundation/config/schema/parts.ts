import { z } from 'zod'

export const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'A name begins with a lower-case letter or a digit, goes on with those, `.`, `_` and `-`, and has at most 63 characters.',
  )
  .describe('A stable name: lower-case letters, digits, dots, dashes and underscores, at most 63 characters.')

export const secret = z
  .union([
    z.strictObject({ env: z.string().min(1).describe('The environment variable that holds it.') }),
    z.strictObject({
      file: z
        .string()
        .min(1)
        .describe('The file that holds it, relative to the configuration; blank ends are cut off.'),
    }),
  ])
  .describe(
    'Where a secret is read from: `{ env: NAME }` or `{ file: path }`. Secrets are never written into the configuration itself.',
  )

export const httpUrl = z.url({ protocol: /^https?$/ })

export const headers = z.record(
  z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'A header name has letters, digits and dashes, and no blanks.'),
  z.union([z.string().regex(/^[^\r\n]*$/, 'A header value is one line.'), secret]),
)

/** A whole section may be left empty, as it is when all its lines are commented out. */
export function section<Item extends z.ZodType>(item: Item, description: string) {
  return z
    .record(name, item)
    .nullish()
    .transform(items => items ?? {})
    .describe(description)
}

export type SecretReference = z.output<typeof secret>
