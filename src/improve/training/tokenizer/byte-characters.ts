/**
 * GPT-2's table of one visible character per byte (Radford et al. 2019, `bytes_to_unicode`): printable Latin-1 bytes stand
 * for themselves, the other 68 for U+0100 and up. Token texts in a GGUF file are written with it.
 */
const characters: readonly string[] = (() => {
  const table = Array.from({ length: 256 }, () => '')
  let next = 256
  for (let byte = 0; byte < 256; byte += 1) {
    const isVisible = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    table[byte] = String.fromCodePoint(isVisible ? byte : next)
    if (!isVisible) next += 1
  }
  return table
})()

const bytes: ReadonlyMap<string, number> = new Map(characters.map((character, byte) => [character, byte]))

/** The characters that stand for the bytes 0 to 255, in order. */
export const byteCharacters = characters

/** UTF-8 bytes of the text, one character each; a lone surrogate counts as U+FFFD. */
export function toByteCharacters(text: string): string {
  let written = ''
  for (const byte of new TextEncoder().encode(text)) written += characters[byte] ?? ''
  return written
}

/** The bytes that the characters stand for; characters outside of the table are left out. */
export function toBytes(text: string): Uint8Array {
  const found: number[] = []
  for (const character of text) {
    const byte = bytes.get(character)
    if (byte !== undefined) found.push(byte)
  }
  return Uint8Array.from(found)
}
