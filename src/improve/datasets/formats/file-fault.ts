import { Failure } from '../../../foundation/platform/index.ts'

/** Where in a file something is: counted from 1, bytes from 0. */
export interface Place {
  readonly row: number
  readonly byte: number
  /** Only where it is not the row. */
  readonly line?: number
}

export function formatPlace({ row, byte, line }: Place): string {
  const lineText = line === undefined || line === row ? '' : `line ${count(line)}, `
  return `row ${count(row)} (${lineText}byte ${count(byte)})`
}

/** What is wrong with a file that was sent, where, and how to mend it. Nothing of it is stored. */
export function fileFault(what: string, mend: string, place?: Place): Failure {
  const where = place === undefined ? '' : `${capital(formatPlace(place))}: `
  return new Failure('invalid_request', `${where}${place ? what : capital(what)} ${mend}`, {
    details: { parameter: 'file', ...(place && { row: place.row, byte: place.byte }) },
  })
}

/** A short excerpt of the caller's own text, on one line. */
export function excerpt(text: string, length = 40): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
  return JSON.stringify(clean.length > length ? `${clean.slice(0, length)}…` : clean)
}

export function count(number: number): string {
  return number.toLocaleString('en-US')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
