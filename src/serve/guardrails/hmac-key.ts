import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * The key that HMACs of what checks find are made with: made once and kept in `<dataDirectory>/guardrails.key`, readable by
 * its owner only. The processes of a server share it; two servers have two, and their HMACs cannot be compared.
 */
export async function ensureHmacKey(dataDirectory: string): Promise<Uint8Array> {
  const file = path.join(dataDirectory, 'guardrails.key')
  const kept = await readKey(file)
  if (kept) return kept
  await mkdir(dataDirectory, { recursive: true })
  // whole or not at all: another process may look at the same moment
  const own = `${file}.${process.pid}`
  await writeFile(own, randomBytes(32), { mode: 0o600 })
  await link(own, file).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
  await rm(own, { force: true })
  const made = await readKey(file)
  if (!made) throw new Error(`${file} is not a key of 32 bytes; remove it, and another is made`)
  return made
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(file).catch(() => undefined)
  return bytes?.length === 32 ? bytes : undefined
}
