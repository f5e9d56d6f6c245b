import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { excerpt } from '../formats/file-fault.ts'
import {
  type DatasetsRoutesOptions,
  namePath,
  resolveNamed,
  revisionText,
  tag,
  tenantOf,
  tenantQuery,
} from '../routes-context.ts'
import { holdVersions } from '../segments/version-files.ts'
import { holdPacksOf } from './hold-packs.ts'
import { shownTypes } from './media-type.ts'
import { readRange } from './read-range.ts'
import { readPieces } from './read-pieces.ts'
import { checkFiles } from './write-version-files.ts'

const entryQuery = z.object({
  tenant: tenantQuery,
  version: revisionText.default('main'),
  path: z.string().min(1).max(1_000).describe('Of the file, as the row says it.'),
})
const fileQuery = entryQuery.extend({
  inline: z
    .stringbool()
    .default(false)
    .describe(
      'To be shown and not saved; holds for pictures of plain kinds (PNG, JPEG, GIF, WebP, BMP, AVIF).',
    ),
})

const entrySchema = z
  .object({
    tenant: z.string(),
    path: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    media_type: z.string(),
    is_fixed: z
      .boolean()
      .describe('Whether the version was named by its number or id, so that it stays the same.'),
    pieces: z
      .array(z.object({ pack: z.string(), position: z.int(), bytes: z.int() }))
      .describe('Where its bytes lie.'),
  })
  .meta({ id: 'DatasetFile' })

type Entry = z.output<typeof entrySchema>

/** What is known of one file; a data worker looks for it. */
export function fileEntryRoute(options: DatasetsRoutesOptions): AnyRoute<Principal> {
  const { context } = options
  return defineRoute<Principal, typeof namePath, typeof entryQuery>({
    method: 'GET',
    path: '/api/datasets/{name}/file-entry',
    operationId: 'readDatasetFileEntry',
    summary: 'What a version knows of one of its files: length, type, hash, and where its bytes lie.',
    tag,
    permission: 'dataset:read',
    tenant: 'any',
    input: { path: namePath, query: entryQuery },
    output: entrySchema,
    handle: async ({ path: { name }, query }, { principal, signal }): Promise<Entry> => {
      const tenant = tenantOf(options, principal, query.tenant)
      const resolved = await resolveNamed(options, tenant, { name, revision: query.version })
      checkFiles(resolved)
      const { version } = resolved
      return await holdVersions(
        context.cache,
        [{ id: version.id, tenant, manifest: version.manifest }],
        async ([files]) =>
          await holdPacksOf(
            context,
            { tenant, versionId: version.id },
            'indexes',
            async (packs, records) => {
              const { found } = await context.runTask(
                'find-file',
                { files, packs, path: query.path },
                { weight: 'light', signal },
              )
              if (!found)
                throw new Failure(
                  'not_found',
                  `Version ${version.number} of \`${name}\` has no file ${excerpt(query.path, 80)}.`,
                  { details: { parameter: 'path' } },
                )
              return {
                tenant,
                path: found.path,
                bytes: found.bytes,
                sha256: found.sha256,
                media_type: found.mediaType,
                is_fixed: query.version === String(version.number) || version.id.startsWith(query.version),
                pieces: found.pieces.map(({ pack, position, bytes }) => ({
                  pack: records[pack]?.pack ?? '',
                  position,
                  bytes,
                })),
              }
            },
            signal,
          ),
        signal,
      )
    },
  })
}

/** The bytes of one file, which every process sends itself; `entry` is the route above, wherever it is handled. */
export function fileByteRoutes(
  options: DatasetsRoutesOptions,
  entry: AnyRoute<Principal>,
): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal, typeof namePath, typeof fileQuery>({
      method: 'GET',
      path: '/api/datasets/{name}/file',
      operationId: 'readDatasetFile',
      summary: 'One file of a version, or a range of its bytes.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: namePath, query: fileQuery },
      output: 'file',
      handle: async ({ path, query }, context) => {
        const { inline, ...asked } = query
        const found = entrySchema.parse(await entry.handle({ path, query: asked, body: undefined }, context))
        const { headers: given } = context.request
        const headers = headersOf(found, inline)
        if (given.get('if-none-match') === headers['etag'])
          return new Response(null, { status: 304, headers })
        const range = readRange(given.get('range'), found.bytes)
        if (range === 'outside')
          return new Response(null, {
            status: 416,
            headers: { 'content-range': `bytes */${found.bytes}`, 'cache-control': 'no-store' },
          })
        const { from, to } = range ?? { from: 0, to: found.bytes }
        const body = readPieces(options.context.cache, found, { from, to })
        return new Response(body, {
          status: range ? 206 : 200,
          headers: {
            ...headers,
            'content-length': String(to - from),
            ...(range && { 'content-range': `bytes ${from}-${to - 1}/${found.bytes}` }),
          },
        })
      },
    }),
  ]
}

/** Nothing that a browser would run: what is no plain picture is saved, whatever its type. */
function headersOf(found: Entry, isInline: boolean): Record<string, string> {
  const isShown = isInline && shownTypes.has(found.media_type)
  const name = found.path.split('/').at(-1) ?? 'file'
  const plain = name.replaceAll(/[^\w.-]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16)}`,
  )
  return {
    'content-type': shownTypes.has(found.media_type) ? found.media_type : 'application/octet-stream',
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'accept-ranges': 'bytes',
    etag: `"${found.sha256}"`,
    'cache-control': found.is_fixed ? 'private, max-age=3600' : 'private, no-cache',
  }
}
