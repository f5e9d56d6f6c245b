import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { anthropicMessages } from '../conformance/anthropic-client.ts'
import type { Client } from '../conformance/client.ts'
import { type Feature, features } from '../conformance/features.ts'
import { openAiChat, openAiResponses } from '../conformance/openai-clients.ts'
import {
  matrixAccount,
  matrixConfig,
  matrixEnvironment,
  type MatrixUpstream,
  upstreams,
} from '../conformance/upstreams.ts'
import { vercelClients } from '../conformance/vercel-clients.ts'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'

type Cell = 'ok' | 'refused' | `FAILED: ${string}`

let provider: FakeProvider
let product: Product

beforeAll(async () => {
  provider = await startFakeProvider({ aws: matrixAccount })
  product = await startProduct({ config: matrixConfig(provider), environment: matrixEnvironment })
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if ((await fetch(`${product.url}/readyz`)).ok) return
    await Bun.sleep(100)
  }
  throw new Error('the engine did not become ready')
}, 300_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

describe('every client, in its dialect, on every upstream', () => {
  it('gets what it asks for, or is told by name what the upstream has not', async () => {
    const door = { url: product.url, key: product.adminKey }
    const clients = [openAiChat(door), openAiResponses(door), anthropicMessages(door), ...vercelClients(door)]
    const rows: { client: string; feature: string; cells: Cell[] }[] = []
    for (const client of clients) {
      for (const feature of features) {
        const cells: Cell[] = []
        for (const upstream of upstreams) cells.push(await tryOut(client, feature, upstream))
        rows.push({ client: client.name, feature: feature.name, cells })
      }
    }
    console.log(tableOf(rows))
    const failed = rows.flatMap(({ client, feature, cells }) =>
      cells.flatMap((cell, index) => {
        const upstream = upstreams[index]!
        const expected = upstream.refuses.includes(feature) ? 'refused' : 'ok'
        return cell === expected ? [] : [`${client} on ${upstream.name}, ${feature}: ${cell}`]
      }),
    )
    expect(failed).toEqual([])
  }, 300_000)
})

async function tryOut(client: Client, feature: Feature, upstream: MatrixUpstream): Promise<Cell> {
  try {
    await feature.check(client, upstream.name, upstream.isHosted)
    return 'ok'
  } catch (error) {
    const { status, statusCode, message } = error as { status?: number; statusCode?: number; message: string }
    const isTyped = (status ?? statusCode) === 400
    const isNamed = isTyped && /support|cannot|reads text parts only/.test(message)
    return upstream.refuses.includes(feature.name) && isNamed ? 'refused' : `FAILED: ${message}`
  }
}

function tableOf(rows: readonly { client: string; feature: string; cells: readonly Cell[] }[]): string {
  const head = ['client · dialect', 'feature', ...upstreams.map(({ name }) => name)]
  const lines = rows.map(({ client, feature, cells }) => [
    client,
    feature,
    ...cells.map(cell => cell.split(':')[0]!),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map(line => line[column]!.length)))
  return [head, widths.map(width => '-'.repeat(width)), ...lines]
    .map(line => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`)
    .join('\n')
}
