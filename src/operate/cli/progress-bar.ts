const width = 24

export function progressBar(share: number): string {
  const done = Math.round(Math.min(1, Math.max(0, share)) * width)
  return `${'█'.repeat(done)}${'░'.repeat(width - done)}`
}
