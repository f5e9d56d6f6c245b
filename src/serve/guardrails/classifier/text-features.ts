/** How many weights there are: each feature has the one that its hash falls on. */
export const featureBits = 16
const mask = (1 << featureBits) - 1

const space = 0x20
const digit = 0x30
const breaksWord = 1
const isDigit = 2

/** What a unit counts as: letters in lower case, all digits as one, all else as a space; made page by page. */
const pages: (Uint16Array | undefined)[] = []

function makePage(page: number): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, low) => {
    const character = String.fromCharCode((page << 8) | low)
    const kind = /\p{N}/u.test(character)
      ? isDigit
      : /[\p{L}\p{M}<>[\]{}|:#/@=$!\p{Cs}]/u.test(character)
        ? 0
        : breaksWord
    if (kind === isDigit) return digit
    if (kind === breaksWord) return space
    const lower = character.toLowerCase()
    return lower.length === 1 ? lower.charCodeAt(0) : character.charCodeAt(0)
  })
}

/** A buffer that is used again; what runs here is not asynchronous. */
let units = new Uint16Array(4_096)

/**
 * Tells `onFeature` the hash of every run of 3 to 5 characters, of every word, of every two words that follow each other and of
 * every two with one between; returns how many there were. Spaces count as one, case not at all.
 */
export function eachFeature(
  text: string,
  start: number,
  end: number,
  onFeature: (feature: number) => void,
): number {
  const length = fold(text, start, end)
  let count = 0
  for (let at = 0; at + 3 <= length; at += 1) {
    let hash = Math.imul(0x811c9dc5 ^ (units[at] ?? 0), 0x01000193)
    hash = Math.imul(hash ^ (units[at + 1] ?? 0), 0x01000193)
    hash = Math.imul(hash ^ (units[at + 2] ?? 0), 0x01000193)
    onFeature(mixed(hash))
    count += 1
    if (at + 4 > length) continue
    hash = Math.imul(hash ^ (units[at + 3] ?? 0), 0x01000193)
    onFeature(mixed(hash))
    count += 1
    if (at + 5 > length) continue
    hash = Math.imul(hash ^ (units[at + 4] ?? 0), 0x01000193)
    onFeature(mixed(hash))
    count += 1
  }
  let [word, before, beforeThat] = [0, 0, 0]
  for (let at = 0; at < length; at += 1) {
    const unit = units[at] ?? space
    if (unit !== space) {
      word = Math.imul((word || 0x1505) ^ unit, 0x85ebca6b)
      continue
    }
    if (word === 0) continue
    onFeature(mixed(word))
    if (before !== 0) onFeature(mixed(Math.imul(before, 31) + word))
    if (beforeThat !== 0) onFeature(mixed(Math.imul(beforeThat, 131) ^ word))
    count += 1 + Number(before !== 0) + Number(beforeThat !== 0)
    beforeThat = before
    before = word
    word = 0
  }
  return count
}

/** Writes the text into `units`, a space before and after it. */
function fold(text: string, start: number, end: number): number {
  if (units.length < end - start + 2) units = new Uint16Array(2 * (end - start) + 2)
  units[0] = space
  let length = 1
  for (let at = start; at < end; at += 1) {
    const unit = text.charCodeAt(at)
    const folded = (pages[unit >> 8] ??= makePage(unit >> 8))[unit & 0xff] ?? space
    if ((folded === space || folded === digit) && units[length - 1] === folded) continue
    units[length] = folded
    length += 1
  }
  if (units[length - 1] !== space) {
    units[length] = space
    length += 1
  }
  return length
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (once ^ (once >>> 13)) & mask
}
