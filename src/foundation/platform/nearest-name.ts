/** The candidate that differs from `name` by at most two typing mistakes (Levenshtein distance), if there is one. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined
  let smallest = 3
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate)
    if (distance < smallest) {
      nearest = candidate
      smallest = distance
    }
  }
  return nearest
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i += 1) {
    const current = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const substituted = (previous[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      current.push(Math.min(substituted, (previous[j + 1] ?? 0) + 1, (current[j] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
