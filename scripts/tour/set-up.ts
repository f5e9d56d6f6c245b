import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseDocument } from 'yaml'
import { type Api, createApi } from './api.ts'
import type { Messages } from './customers.ts'
import type { RunningProduct } from './product.ts'
import type { Sizes } from './sizes.ts'
import { runSlipway } from './slipway.ts'

const root = path.join(import.meta.dirname, '../..')
const files = ['slipway.yaml', 'dataset.yaml', 'suite.yaml', 'model.yaml', 'pipeline.yaml']
/** Far from the numbers of the messages that customers write. */
const firstTicket = 10_000_000

/** Lays what the product is started with into the folder: the files of `examples/tour`, and the tickets that there are. */
export async function layOut(folder: string, { changes, tickets }: Sizes, messages: Messages): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of files) {
    const document = parseDocument(await readFile(path.join(root, 'examples/tour', name), 'utf8'))
    for (const { file, path: place, value } of changes) if (file === name) document.setIn(place, value)
    await writeFile(path.join(folder, name), document.toString({ lineWidth: 0 }))
  }
  const rows = Array.from({ length: tickets }, (_, index) => {
    const { text, truth } = messages.at(firstTicket + index, 0)
    return {
      id: `ticket-${index}`,
      input: [{ role: 'user', content: text }],
      expected: JSON.stringify(truth),
    }
  })
  await writeFile(path.join(folder, 'tickets.jsonl'), rows.map(row => `${JSON.stringify(row)}\n`).join(''))
}

export interface People {
  /** The platform engineer. */
  readonly owner: Api
  readonly reviewer: Api
  /** The key of the shop that calls the service. */
  readonly shopKey: string
  /** `slipway …` as the engineer runs it. */
  slipway(...words: string[]): Promise<string>
}

/** What somebody who sets such a service up would do, once. */
export async function setUp(
  folder: string,
  product: Pick<RunningProduct, 'url' | 'adminKey'>,
  options: { readonly signal: AbortSignal; readonly onCommand: (command: string) => void },
): Promise<People> {
  const { url, adminKey } = product
  const { signal, onCommand } = options
  const owner = createApi(url, adminKey, signal)
  const slipway = async (...words: string[]): Promise<string> => {
    onCommand(`slipway ${words.map(word => (word.includes(' ') ? `"${word}"` : word)).join(' ')}`)
    return await runSlipway(words, { url, key: adminKey, folder, signal })
  }
  await slipway('dataset', 'import', 'support-desk', 'tickets.jsonl', '--define', 'dataset.yaml')
  await owner.send('PUT', '/api/evaluation-suites', {
    text: await readFile(path.join(folder, 'suite.yaml'), 'utf8'),
  })
  const weights = path.join(root, 'models/support/support.gguf')
  await slipway('model', 'import', weights, '--name', 'support')
  for (const proof of ['card', 'bom', 'sign']) await slipway('model', proof, 'support@1')
  await slipway('model', 'define', 'model.yaml')
  await slipway('model', 'alias', 'support@1', 'live', '--because', 'The model that comes with Slipway.')
  await slipway('pipeline', 'define', '-f', 'pipeline.yaml')
  const keyOf = async (name: string, role: string): Promise<string> =>
    (await owner.send<{ secret: string }>('POST', '/api/keys', { name, role })).secret
  return {
    owner,
    reviewer: createApi(url, await keyOf('reviewers', 'reviewer'), signal),
    shopKey: await keyOf('web shop', 'service'),
    slipway,
  }
}
