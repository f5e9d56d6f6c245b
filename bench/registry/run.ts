/**
 * What a file of a model costs on its way in and out: hashed, sealed and stored, read, and brought to an engine, beside a plain copy
 * and its SHA-256 in the same run.
 *
 *   bun bench/registry/run.ts [--megabytes 1000] [--rounds 3] [--json bench/registry/results.json]
 */
import { randomFillSync } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { readStored } from '../../src/improve/registry/files/read-file.ts'
import { hashFile, objectKey, storeFile } from '../../src/improve/registry/files/store-file.ts'
import { openLocalCopies } from '../../src/improve/registry/serving/local-copies.ts'
import { createTestRegistry } from '../../test/registry.ts'

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
})
const pieceBytes = 1_000_000
const bytes = Number(values.megabytes) * pieceBytes

await using made = await createTestRegistry()
const { context, folder, registry, caller } = made

/** Random, so that no file system has less to do than it would. */
function writeRandom(file: string): void {
  const handle = openSync(file, 'w')
  const piece = Buffer.alloc(pieceBytes)
  for (let written = 0; written < bytes; written += pieceBytes) writeSync(handle, randomFillSync(piece))
  fsyncSync(handle)
  closeSync(handle)
}

function command(name: string, ...words: string[]): void {
  const { status, stderr } = spawnSync(name, words)
  if (status !== 0) throw new Error(`${name} failed: ${stderr.toString()}`)
}

async function timed(work: () => Promise<unknown> | void): Promise<number> {
  const from = performance.now()
  await work()
  return (performance.now() - from) / 1_000
}

// a virtual machine gives memory for files at its first use, slowly: all that is needed later is touched before
const warm = Array.from({ length: 5 }, (_, index) => path.join(folder, `warm-${index}`))
for (const file of warm) writeRandom(file)
for (const file of warm) await rm(file)

const rounds: Record<string, number>[] = []
for (let round = 0; round < Number(values.rounds); round += 1) {
  const file = path.join(folder, `weights-${round}.gguf`)
  const copy = path.join(folder, 'copy')
  writeRandom(file)
  const copySeconds = await timed(() => {
    command('cp', file, copy)
    const handle = openSync(copy, 'r+')
    fsyncSync(handle)
    closeSync(handle)
  })
  const sumSeconds = await timed(() => command('sha256sum', copy))
  let sha256 = ''
  const hash = await timed(async () => void ({ sha256 } = await hashFile(file)))
  const store = await timed(() => storeFile(context, 'acme', { path: file, bytes, sha256 }))
  const name = 'weights.bin'
  const read = await timed(async () => {
    for await (const piece of await readStored(context, 'acme', { path: name, sha256 })) void piece.byteLength
  })
  const { version } = await registry.publishFiles({
    caller,
    model: 'big',
    files: [{ path: name, bytes, sha256 }],
    source: { kind: 'bench' },
  })
  const place = path.join(folder, `copies-${round}`)
  const bring = () => openLocalCopies(context, place).bring(version, version.manifest.files)
  const load = await timed(bring)
  // a server that has started again hashes what is there
  const loadAgain = await timed(bring)
  // the hash that Slipway has too: coreutils' own is slower where the processor could do it
  const plain = copySeconds + hash
  rounds.push({
    copy: copySeconds,
    sum: sumSeconds,
    hash,
    store,
    read,
    load,
    loadAgain,
    storeToPlain: store / plain,
    readToHash: read / hash,
    loadToPlain: load / plain,
  })
  await rm(place, { recursive: true })
  for (const one of [file, copy]) await rm(one)
  await made.objects.delete(objectKey('acme', sha256))
}

const result = {
  megabytes: Number(values.megabytes),
  rounds: rounds.map(round =>
    Object.fromEntries(Object.entries(round).map(([name, value]) => [name, Number(value.toFixed(2))])),
  ),
}
const text = JSON.stringify(result, null, 2)
process.stdout.write(`${text}\n`)
if (values.json !== undefined) writeFileSync(values.json, `${text}\n`)
process.exit(0)
