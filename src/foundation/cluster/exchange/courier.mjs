// Brings the files of a job into its pod (`fetch`) and what it leaves out of it (`carry`). Runs in any image with Node 20 or Bun,
// and needs nothing else: the server puts it into the Secret of the job.
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const { SLIPWAY_EXCHANGE: exchange, SLIPWAY_FOLDER: folder, SLIPWAY_ACCESS: access } = process.env
const lookMs = 1_000
const longestPauseMs = 15_000
/** How long a server that is away is waited for. */
const patienceMs = 30 * 60_000

const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))

/** Tries again where that may help; a token counts again once the server that watches the job is back. */
async function call(method, place, { body, headers } = {}) {
  const since = Date.now()
  for (let attempt = 0; ; attempt += 1) {
    let why
    try {
      const answer = await fetch(`${exchange}/${place}`, {
        method,
        headers: {
          authorization: `Bearer ${readFileSync(path.join(access, 'token'), 'utf8').trim()}`,
          ...headers,
        },
        ...(body && { body: body(), duplex: 'half' }),
      })
      if (answer.ok) return answer
      if (answer.status === 409) {
        process.stderr.write('slipway: the job is over; what it left is not wanted any more\n')
        process.exit(0)
      }
      why = `${answer.status} ${(await answer.text()).slice(0, 300)}`
      const passes = [401, 408, 425, 429].includes(answer.status) || answer.status >= 500
      const isCut = answer.status === 400 && body
      if (!passes && !(isCut && attempt < 5)) throw new Error(`${method} ${place}: ${why}`)
    } catch (error) {
      if (why !== undefined) throw error
      why = error?.cause?.message ?? error?.message
    }
    if (Date.now() - since > patienceMs) throw new Error(`${method} ${place} in vain: ${why}`)
    if (attempt === 3) process.stderr.write(`slipway: ${method} ${place} is tried again: ${why}\n`)
    await wait(Math.random() * Math.min(longestPauseMs, 200 * 2 ** attempt))
  }
}

const urlOf = relative => `files/${relative.split('/').map(encodeURIComponent).join('/')}`

async function listFiles() {
  return await (await call('GET', 'files')).json()
}

async function fetchAll() {
  const { files, may_leave: mayLeave } = await listFiles()
  for (const file of files) {
    const target = path.join(folder, file.path)
    await mkdir(path.dirname(target), { recursive: true })
    for (let attempt = 0; ; attempt += 1)
      try {
        const answer = await call('GET', urlOf(file.path))
        await pipeline(Readable.fromWeb(answer.body), createWriteStream(`${target}.part`))
        const { size } = await lstat(`${target}.part`)
        if (size !== file.size_bytes)
          throw new Error(`${file.path} came with ${size} of ${file.size_bytes} bytes`)
        break
      } catch (error) {
        if (attempt === 5) throw error
        await wait(1_000)
      }
    await rename(`${target}.part`, target)
    if (file.is_runnable) await chmod(target, 0o755)
  }
  for (const place of [...mayLeave.folders, ...mayLeave.empty])
    await mkdir(path.join(folder, place), { recursive: true })
}

async function send(relative) {
  const file = path.join(folder, relative)
  const { size, mode } = await lstat(file)
  await call('PUT', urlOf(relative), {
    body: size === 0 ? undefined : () => Readable.toWeb(createReadStream(file, { end: size - 1 })),
    headers: { 'x-file-bytes': String(size), 'x-file-runnable': (mode & 0o100) === 0 ? '0' : '1' },
  })
}

const found = async place => await lstat(path.join(folder, place)).catch(() => undefined)

async function sendBelow(place) {
  const stat = await found(place)
  if (stat?.isFile()) return await send(place)
  if (!stat?.isDirectory()) return
  for (const name of (await readdir(path.join(folder, place))).sort()) await sendBelow(`${place}/${name}`)
}

const note = async (kind, place = '') =>
  await call('POST', 'notes', {
    body: () => JSON.stringify({ kind, path: place }),
    headers: { 'content-type': 'application/json' },
  })

/** What was sent of each file that grows: its bytes, and which file it was. */
const grown = new Map()

async function sendGrown(place) {
  const stat = await found(place)
  if (!stat?.isFile()) return
  const before = grown.get(place)
  const offset = before && before.ino === stat.ino && before.size <= stat.size ? before.size : 0
  const size = Math.min(stat.size, offset + 4_194_304)
  if (before && before.ino === stat.ino && size === before.size) return
  const handle = await open(path.join(folder, place))
  const bytes = Buffer.alloc(size - offset)
  try {
    await handle.read(bytes, 0, bytes.length, offset)
  } finally {
    await handle.close()
  }
  await call('PUT', urlOf(place), {
    body: bytes.length === 0 ? undefined : () => bytes,
    headers: { 'x-file-bytes': String(bytes.length), 'x-file-begins-at': String(offset) },
  })
  grown.set(place, { ino: stat.ino, size })
  if (size < stat.size) await sendGrown(place)
}

async function carry() {
  let isEnding = false
  let wake = () => undefined
  process.on('SIGTERM', () => {
    isEnding = true
    wake()
  })
  // the work begins only now: however soon it ends, we hear of it
  await writeFile(path.join(folder, '.carrying'), '')
  const { may_leave: mayLeave, files } = await listFiles()
  const known = new Set()
  for (const { path: place } of files)
    for (const parent of mayLeave.folders)
      if (place.startsWith(`${parent}/`))
        known.add(`${parent}/${place.slice(parent.length + 1).split('/')[0]}`)
  async function look() {
    for (const place of mayLeave.growing) await sendGrown(place)
    for (const parent of mayLeave.folders) {
      const names = await readdir(path.join(folder, parent)).catch(() => [])
      const whole = names.filter(name => !/\.(?:part|tmp)$/.test(name)).map(name => `${parent}/${name}`)
      for (const place of whole) {
        if (known.has(place)) continue
        await sendBelow(place)
        await note('whole', place)
        known.add(place)
      }
      for (const place of known)
        if (place.startsWith(`${parent}/`) && !whole.includes(place)) {
          await note('gone', place)
          known.delete(place)
        }
    }
  }
  while (!isEnding) {
    await look()
    if (isEnding) break
    await new Promise(resolve => {
      const timer = setTimeout(resolve, lookMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
  await look()
  for (const place of mayLeave.atEnd) await sendBelow(place)
  await note('delivered')
}

await (process.argv[2] === 'fetch' ? fetchAll() : carry())
process.exit(0)
