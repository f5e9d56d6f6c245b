export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Cuts a text into stretches of at most `size` UTF-16 units that cover it, at white space where there is some near the end.
 * `overlap` units of each stand in the next too, so that nothing shorter is cut in two.
 */
export function windowsOf(text: string, size: number, overlap = 0): Span[] {
  const windows: Span[] = []
  let start = 0
  while (start < text.length) {
    const end =
      start + size >= text.length ? text.length : cutBefore(text, start + Math.ceil(size * 0.6), start + size)
    windows.push({ start, end })
    if (end === text.length) break
    start = Math.max(start + 1, end - overlap)
    if (isLowSurrogate(text, start)) start += 1
  }
  return windows
}

function cutBefore(text: string, earliest: number, latest: number): number {
  for (let at = latest; at > earliest; at -= 1) if (/\s/.test(text.charAt(at - 1))) return at
  return isLowSurrogate(text, latest) ? latest - 1 : latest
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xdc_00 && code <= 0xdf_ff
}
