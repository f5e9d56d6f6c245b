import { open } from 'node:fs/promises'
import { count, excerpt, fileFault, formatPlace, type Place } from './file-fault.ts'
import { mostRowBytes } from './format.ts'

const chunkBytes = 4 * 1024 * 1024
const [quote, newline, carriage] = [0x22, 0x0a, 0x0d]

export interface CsvRecord extends Place {
  readonly line: number
  readonly fields: number
}

/**
 * Walks over the records of a CSV file (RFC 4180) byte by byte, and throws `invalid_request` at the first quote that is out of
 * place. `row` counts from 0, which is the header.
 */
export async function* scanCsv(
  file: string,
  delimiter: string,
  signal: AbortSignal,
): AsyncGenerator<CsvRecord> {
  const separator = delimiter.charCodeAt(0)
  const handle = await open(file)
  try {
    let state: 'field' | 'plain' | 'quoted' | 'after quote' = 'field'
    let [row, line, byte, fields] = [0, 1, 0, 1]
    let start = { row: 0, line: 1, byte: 0 }
    let opened = start
    let isBlank = true
    const chunk = Buffer.allocUnsafe(chunkBytes)
    for (;;) {
      signal.throwIfAborted()
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes)
      if (bytesRead === 0) break
      for (let index = 0; index < bytesRead; index += 1, byte += 1) {
        const value = chunk[index] ?? 0
        if (value === newline) line += 1
        if (state === 'quoted') {
          if (value === quote) state = 'after quote'
          else if (byte - start.byte > mostRowBytes) throw notClosed(opened)
          continue
        }
        if (state === 'after quote' && value === quote) {
          state = 'quoted'
          continue
        }
        if (value === separator) {
          fields += 1
          state = 'field'
          isBlank = false
        } else if (value === newline) {
          if (!isBlank) {
            yield { ...start, fields }
            row += 1
          }
          ;[state, fields, isBlank] = ['field', 1, true]
          start = { row, line, byte: byte + 1 }
        } else if (value === carriage) {
          // ends a line with the newline that follows
        } else if (value === quote && state === 'field') {
          state = 'quoted'
          opened = { row, line, byte }
          isBlank = false
        } else if (state === 'after quote') {
          throw fileFault(
            `text follows a closing quote; the quote was opened in ${formatPlace(opened)}. Nothing was stored.`,
            'Close the quote where the text ends, and write a quote inside of a text twice: "".',
            { row, line, byte },
          )
        } else {
          state = 'plain'
          if (byte !== 0 || value !== 0xef) isBlank = false
        }
      }
    }
    if (state === 'quoted') throw notClosed(opened)
    if (!isBlank) yield { ...start, fields }
  } finally {
    await handle.close()
  }
}

function notClosed(place: Place): Error {
  return fileFault(
    'a quote is opened here and never closed. Nothing was stored.',
    'Close it, and write a quote inside of a text twice: "".',
    place,
  )
}

/** The first record that has not as many fields as the header; `undefined` where there is none. */
export async function findCsvFault(
  file: string,
  delimiter: string,
  columns: number,
  signal: AbortSignal,
): Promise<Error | undefined> {
  for await (const { row, line, byte, fields } of scanCsv(file, delimiter, signal)) {
    if (fields === columns || row === 0) continue
    return fileFault(
      `the record has ${count(fields)} ${fields === 1 ? 'field' : 'fields'}, and the header has ${count(columns)}. Nothing was stored.`,
      fields > columns
        ? `Put a text that holds ${nameOf(delimiter)} in quotes.`
        : 'Write an empty field where there is no value, and a text that holds a line break in quotes.',
      { row, line, byte },
    )
  }
  return undefined
}

/** Where a record begins. */
export async function placeOfRecord(
  file: string,
  delimiter: string,
  wanted: number,
  signal: AbortSignal,
): Promise<Place> {
  for await (const { row, line, byte } of scanCsv(file, delimiter, signal))
    if (row === wanted) return { row, line, byte }
  throw new Error(`The file has no record ${wanted}.`)
}

/** The fields of the first line, unquoted. */
export function readHeader(text: string, delimiter: string): string[] {
  const names: string[] = []
  let at = 0
  for (;;) {
    let name = ''
    if (text[at] === '"') {
      for (at += 1; at < text.length; at += 1) {
        if (text[at] !== '"') name += text[at]
        else if (text[at + 1] === '"') {
          name += '"'
          at += 1
        } else break
      }
      at += 1
    } else {
      const end = text
        .slice(at)
        .search(new RegExp(`[${delimiter === '\t' ? '\\t' : `\\${delimiter}`}\\r\\n]`))
      name = end === -1 ? text.slice(at) : text.slice(at, at + end)
      at = end === -1 ? text.length : at + end
    }
    names.push(name)
    if (text[at] !== delimiter) return names
    at += 1
  }
}

export function checkHeader(names: readonly string[]): void {
  const seen = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    const place = { row: 0, line: 1, byte: 0 }
    if (name.trim() === '')
      throw fileFault(
        `the header has no name for column ${index + 1}. Nothing was stored.`,
        'Give each column a name.',
        place,
      )
    const before = seen.get(name)
    if (before !== undefined)
      throw fileFault(
        `the header has ${excerpt(name)} twice: columns ${before} and ${index + 1}. Nothing was stored.`,
        'Rename one.',
        place,
      )
    seen.set(name, index + 1)
  }
}

function nameOf(delimiter: string): string {
  return delimiter === '\t' ? 'a tab' : `a \`${delimiter}\``
}
