import { readFile, stat } from 'node:fs/promises'
import type { Failure } from '../../../foundation/platform/index.ts'
import { excerpt, fileFault, formatPlace, type Place } from './file-fault.ts'
import { readTextLines, type TextLine } from './read-text-lines.ts'
import { walkJson } from './walk-json.ts'

const blank = /^\s*$/

/** The lines of a file that hold a row, with which row each is. */
export async function* readRowLines(
  file: string,
  signal: AbortSignal,
): AsyncGenerator<TextLine & { readonly row: number }> {
  let row = 0
  for await (const line of readTextLines(file, signal)) {
    if (line.bytes.length < 64 && blank.test(line.bytes.toString('latin1'))) continue
    row += 1
    yield { ...line, row }
  }
}

/** The first line that is not one JSON object with each name once; `undefined` where all are. */
export async function findJsonFault(file: string, signal: AbortSignal): Promise<Failure | undefined> {
  for await (const { bytes, row, line, byte } of readRowLines(file, signal)) {
    const walked = walkJson(bytes)
    if (!walked.isWhole)
      return fileFault(
        `the line is no JSON: ${walked.what}, near ${excerpt(around(bytes, walked.at))}. Nothing was stored.`,
        'Mend the line, or write the file with a JSON library, one object a line.',
        { row, line, byte: byte + walked.at },
      )
    if (bytes[firstOf(bytes)] !== 0x7b)
      return fileFault(
        `the line is JSON, but no object: ${excerpt(bytes.toString('utf8', 0, 80))}. Nothing was stored.`,
        'Each line has to be an object, whose members are the columns.',
        { row, line, byte },
      )
    const seen = new Map<string, number>()
    for (const { name, at } of walked.members) {
      const before = seen.get(name)
      if (before !== undefined)
        return fileFault(
          `the object has the member ${excerpt(name)} twice, at bytes ${byte + before} and ${byte + at}; which of both counts, JSON does not say. Nothing was stored.`,
          'Remove one.',
          { row, line, byte: byte + at },
        )
      seen.set(name, at)
    }
  }
  return undefined
}

/** The same for a document that is read whole: a list of objects, or objects over several lines. */
export async function findDocumentFault(file: string): Promise<Failure | undefined> {
  const { size } = await stat(file)
  if (size > 512 * 1024 * 1024) return undefined
  const bytes = await readFile(file)
  const walked = walkJson(bytes)
  if (walked.isWhole) return undefined
  const line = lineOf(bytes, walked.at)
  return fileFault(
    `the document is no JSON: ${walked.what}, near ${excerpt(around(bytes, walked.at))}. Nothing was stored.`,
    'Mend it there, or write the rows as JSONL, one object a line.',
    { row: walked.entries + 1, line, byte: walked.at },
  )
}

/** Where the row of that number (from 1) begins. */
export async function placeOfRow(file: string, wanted: number, signal: AbortSignal): Promise<Place> {
  for await (const { row, line, byte } of readRowLines(file, signal))
    if (row === wanted) return { row, line, byte }
  throw new Error(`The file has no row ${wanted}.`)
}

/** Of two rows, for messages that name both. */
export async function formatRow(file: string, row: number, signal: AbortSignal): Promise<string> {
  return formatPlace(await placeOfRow(file, row, signal))
}

function around(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', Math.max(0, at - 20), at + 20).replaceAll('\uFFFD', '')
}

function firstOf(bytes: Buffer): number {
  const at = bytes.findIndex(byte => byte > 0x20)
  return at === -1 ? 0 : at
}

function lineOf(bytes: Buffer, before: number): number {
  let line = 1
  for (let at = bytes.indexOf(10); at !== -1 && at < before; at = bytes.indexOf(10, at + 1)) line += 1
  return line
}
