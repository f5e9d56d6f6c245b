export type Style = Readonly<Record<keyof typeof codes, (text: string) => string>>

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const

/** Colours where a person reads; plain text in pipes, and as NO_COLOR or FORCE_COLOR say (no-color.org). */
export function createStyle(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Style {
  const isForced = (environment['FORCE_COLOR'] ?? '') !== '' && environment['FORCE_COLOR'] !== '0'
  const isRefused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb'
  const isColourful = isForced || (stream.isTTY === true && !isRefused)
  const paint = ([on, off]: readonly [number, number]) =>
    isColourful ? (text: string) => `\u001B[${on}m${text}\u001B[${off}m` : (text: string) => text
  return {
    bold: paint(codes.bold),
    dim: paint(codes.dim),
    red: paint(codes.red),
    green: paint(codes.green),
    yellow: paint(codes.yellow),
    blue: paint(codes.blue),
    cyan: paint(codes.cyan),
  }
}
