/** A value that repeats itself is not compared from everywhere. */
const maxPlaces = 64

/** Says whether a value repeats a stretch of any of the documents, of `minCharacters` or more. */
export function copiesFrom(
  documents: readonly string[],
  values: readonly string[],
  minCharacters: number,
): boolean[] {
  const size = Math.floor(minCharacters / 2)
  // any stretch of twice the size holds one of the blocks that a value is cut into
  const blocks = new Map<number, [value: number, at: number][]>()
  for (const [index, value] of values.entries()) {
    for (let at = 0; at + size <= value.length; at += size) {
      const hash = hashOf(value, at, size)
      const known = blocks.get(hash)
      if (known && known.length < maxPlaces) known.push([index, at])
      else if (known) continue
      else blocks.set(hash, [[index, at]])
    }
  }
  const copies = values.map(() => false)
  if (blocks.size === 0) return copies
  for (const document of documents) {
    roll(document, size, (hash, at) => {
      for (const [index, from] of blocks.get(hash) ?? []) {
        if (copies[index]) continue
        copies[index] = sharedLength(values[index] ?? '', from, document, at, minCharacters) >= minCharacters
      }
    })
  }
  return copies
}

const base = 16_777_619

function hashOf(text: string, from: number, size: number): number {
  let hash = 0
  for (let at = from; at < from + size; at += 1) hash = (Math.imul(hash, base) + text.charCodeAt(at)) | 0
  return hash
}

/** The hash of every stretch of that size (Rabin and Karp, 1987). */
function roll(text: string, size: number, onHash: (hash: number, at: number) => void): void {
  if (text.length < size) return
  let highest = 1
  for (let count = 1; count < size; count += 1) highest = Math.imul(highest, base)
  let hash = hashOf(text, 0, size)
  for (let at = 0; ; at += 1) {
    onHash(hash, at)
    if (at + size >= text.length) return
    hash = (Math.imul(hash - Math.imul(text.charCodeAt(at), highest), base) + text.charCodeAt(at + size)) | 0
  }
}

/** How long the stretch is that both share around these places, or `enough`. */
function sharedLength(one: string, at: number, other: string, place: number, enough: number): number {
  let before = 0
  while (
    before < enough &&
    before < at &&
    before < place &&
    one[at - before - 1] === other[place - before - 1]
  )
    before += 1
  let after = 0
  while (
    after < enough &&
    at + after < one.length &&
    place + after < other.length &&
    one[at + after] === other[place + after]
  )
    after += 1
  return before + after
}
