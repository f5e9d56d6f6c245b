/**
 * The bytes that a `Range` header asks for, `to` excluded. `undefined`: all of them, also where it asks for several ranges or is none that
 * we know (RFC 9110, 14.2). `outside`: it begins behind the end.
 */
export function readRange(
  header: string | null,
  size: number,
): { readonly from: number; readonly to: number } | 'outside' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    const length = Math.min(size, Number(last))
    return length === 0 ? 'outside' : { from: size - length, to: size }
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return undefined
  if (from >= size) return 'outside'
  return { from, to: last === '' ? size : Math.min(size, Number(last) + 1) }
}
