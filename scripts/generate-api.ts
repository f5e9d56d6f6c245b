// Writes what a running server says of itself: docs/reference/openapi.json, the console's types made from it, and the
// catalogue of metrics with its page.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { compile } from 'json-schema-to-typescript'
import type { MetricDescription } from '../src/foundation/platform/index.ts'
import { startProduct } from '../test/product.ts'
import { writeMetricsPage } from './write-metrics-page.ts'

type Json = Record<string, unknown>

interface Operation {
  readonly operationId: string
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Json }> }
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Json }> }>
}

const root = path.join(import.meta.dirname, '..')
export const openApiFile = path.join(root, 'docs/reference/openapi.json')
export const typesFile = path.join(root, 'console/src/api/schema.ts')

export const catalogueFile = path.join(root, 'src/foundation/config/metric-catalogue.json')
export const metricsFile = path.join(root, 'docs/metrics.md')
/** Metrics of upstreams are there when there is one. */
export const generatingConfig = `
providers: { some: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' } }
services: { some: { releases: { v1: { target: { provider: some, model: some } } } } }
`

/** Every metric of a running server. */
export async function readCatalogue(url: string, key: string): Promise<MetricDescription[]> {
  const response = await fetch(`${url}/api/metrics`, { headers: { authorization: `Bearer ${key}` } })
  const { data } = (await response.json()) as { data: MetricDescription[] }
  return data
}

export function writeCatalogue(catalogue: readonly MetricDescription[]): string {
  return `[\n${catalogue.map(metric => ` ${JSON.stringify(metric)}`).join(',\n')}\n]\n`
}

/** The description that a running server gives. */
export async function readDescription(url: string): Promise<Json> {
  return (await (await fetch(`${url}/api/openapi.json`)).json()) as Json
}

/** One interface with a member for every operation of the control API: its `answer` and, where it takes one, its `body`. */
export async function generateTypes(description: Json): Promise<string> {
  const operations: Json = {}
  for (const [route, methods] of Object.entries(
    description['paths'] as Record<string, Record<string, Operation>>,
  )) {
    if (!route.startsWith('/api/')) continue
    for (const operation of Object.values(methods)) {
      const members = {
        ...member('body', operation.requestBody?.content),
        ...member('answer', answerOf(operation)),
      }
      if (Object.keys(members).length > 0) operations[operation.operationId] = objectOf(members)
    }
  }
  const { schemas } = description['components'] as { schemas: Json }
  const text = JSON.stringify({ ...objectOf(operations), definitions: schemas })
  const schema = JSON.parse(text.replaceAll('#/components/schemas/', '#/definitions/')) as Json
  return await compile(schema, 'Api', {
    additionalProperties: false,
    // else a list of at most 20 becomes a union of 21 tuples
    ignoreMinAndMaxItems: true,
    bannerComment: '// Made from docs/reference/openapi.json by scripts/generate-api.ts. Do not edit.',
    style: { semi: false, singleQuote: true, printWidth: 110 },
  })
}

function answerOf(operation: Operation): Record<string, { readonly schema: Json }> | undefined {
  return Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1].content
}

function member(name: string, content: Record<string, { readonly schema: Json }> | undefined): Json {
  const schema = content?.['application/json']?.schema
  return schema ? { [name]: schema } : {}
}

function objectOf(properties: Json): Json {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

if (import.meta.main) {
  await using product = await startProduct({ database: 'embedded', config: generatingConfig })
  const description = await readDescription(product.url)
  await writeFile(openApiFile, `${JSON.stringify(description, null, 1)}\n`)
  await writeFile(typesFile, await generateTypes(description))
  const catalogue = await readCatalogue(product.url, product.adminKey)
  await writeFile(catalogueFile, writeCatalogue(catalogue))
  await writeFile(metricsFile, writeMetricsPage(catalogue))
}
