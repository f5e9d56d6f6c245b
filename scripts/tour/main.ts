/** The tour: starts a Slipway of its own, plays its users, its reviewers and one who makes a mistake, and writes what happened. */
import { rm } from 'node:fs/promises'
import { constants } from 'node:os'
import path from 'node:path'
import { createMessages } from './customers.ts'
import { readOptions, type TourOptions, usage } from './options.ts'
import { type RunningProduct, startProduct } from './product.ts'
import { writeReport } from './report/write-report.ts'
import { startReviewers } from './reviewers.ts'
import { layOut, setUp } from './set-up.ts'
import type { Engine, Page } from './shapes.ts'
import { shortStory, wholeStory } from './sizes.ts'
import { playStory, service } from './story.ts'
import { startTraffic } from './traffic.ts'
import { waitFor } from './watch.ts'

const root = path.join(import.meta.dirname, '../..')
const startedAt = Date.now()

function say(text: string): void {
  const seconds = Math.round((Date.now() - startedAt) / 1_000)
  const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
  process.stdout.write(`${text.replace(/^\n?/, match => `${match}${clock}  `)}\n`)
}

/** Answers the exit status: 0 where the story was played to its end, whatever ended it then. */
async function run(options: TourOptions): Promise<number> {
  const stop = new AbortController()
  let product: RunningProduct | undefined
  let cutOffBy: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      cutOffBy ??= signal
      stop.abort()
    })
  // how we learn that who started us is gone, even if killed
  process.stdin
    .on('end', () => {
      cutOffBy ??= 'SIGHUP'
      stop.abort()
    })
    .resume()

  const stamp = new Date(startedAt).toISOString().replaceAll(/[:.]/g, '-')
  const folder = path.resolve(options.folder ?? path.join(root, '.cache/tour', stamp))
  try {
    product = await play(options, folder, stop.signal, running => {
      product = running
    })
    if (options.keeps) {
      say(`\nIt stays up. Ctrl-C ends it.`)
      if (!stop.signal.aborted)
        await new Promise(resolve => stop.signal.addEventListener('abort', resolve, { once: true }))
    }
    return 0
  } catch (error) {
    if (cutOffBy === undefined) throw error
    return 128 + constants.signals[cutOffBy]
  } finally {
    stop.abort()
    await product?.stop()
    // what is to be looked at stays: report, log and configuration
    if (product) await rm(path.join(folder, 'data'), { recursive: true, force: true })
  }
}

async function play(
  options: TourOptions,
  folder: string,
  signal: AbortSignal,
  onProduct: (product: RunningProduct) => void,
): Promise<RunningProduct> {
  const sizes = options.isShort ? shortStory : wholeStory
  const { seed } = options
  const messages = createMessages(seed, sizes.novelties)
  await layOut(folder, sizes, messages)
  say('A Slipway of its own starts: nothing of yours is touched.')
  const product = await startProduct(folder, options.port)
  onProduct(product)
  const people = await setUp(folder, product, { signal, onCommand: command => say(`  $ ${command}`) })
  say(
    `\nFollow it   ${product.url}/timeline?service=${service}&range=15m\nKey         in ${path.join(folder, 'data/admin.key')}\n            ${product.adminKey}`,
  )
  await waitFor(
    'an engine with the model',
    async () => {
      const { data } = await people.owner.get<Page<Engine>>('/api/engines')
      return data.find(({ name, state }) => name === 'support' && state === 'ready')
    },
    { limitSeconds: 120, signal },
  )
  const traffic = startTraffic({
    url: product.url,
    key: people.shopKey,
    messages,
    seed,
    pace: sizes.pace,
    customers: sizes.customersAtOnce,
    service,
    feedback: sizes.feedback,
    signal,
  })
  const reviewers = startReviewers({ ...people, traffic, rate: sizes.reviewsPerSecond, signal })
  traffic.isHeld = () => reviewers.complaints > sizes.mostComplaints
  const gone = product.ended.then(() => {
    throw new Error(`The server has ended; ${path.join(folder, 'server.log')} says why.`)
  })
  const cut = Promise.all([traffic.ended, reviewers.ended, gone]).then(() => {
    throw new Error('Everybody has left.')
  })
  cut.catch(() => undefined)
  const story = await Promise.race([playStory({ people, traffic, sizes, signal, say }), cut])
  const report = path.join(folder, 'report.html')
  const words = await writeReport(report, { story, people, traffic, reviewers, options, startedAt })
  say(`\n${words}\n\nReport      ${report}`)
  return product
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') process.stdout.write(usage)
  process.exit(options === 'help' ? 0 : await run(options))
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
