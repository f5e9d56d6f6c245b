import { createStyle } from './style.ts'
import type { Style } from './style.ts'

/** Where a command writes: its result to standard output, all else to standard error. */
export interface Terminal {
  /** The result goes out as JSON, and nothing else does. */
  readonly isJson: boolean
  /** Somebody sits there: both input and output are a terminal. */
  readonly isInteractive: boolean
  /** Characters in a line of the output. */
  readonly columns: number
  readonly style: Style
  print(line: string): void
  /** Without a line break, for what grows. */
  write(text: string): void
  printJson(value: unknown): void
  /** For people, on standard error; silent where the result is JSON. */
  note(line: string): void
}

export function createTerminal(isJson: boolean): Terminal {
  return {
    isJson,
    isInteractive: process.stdin.isTTY && process.stdout.isTTY && !isJson,
    columns: process.stdout.columns > 0 ? process.stdout.columns : 100,
    style: createStyle(process.stdout, process.env),
    print: line => void process.stdout.write(`${line}\n`),
    write: text => void process.stdout.write(text),
    printJson: value => void process.stdout.write(`${JSON.stringify(value)}\n`),
    note: line => void (isJson || process.stderr.write(`${line}\n`)),
  }
}
