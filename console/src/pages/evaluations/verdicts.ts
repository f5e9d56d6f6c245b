import type { Tone } from '../../parts/status.tsx'

/** What a verdict is called, and how it is coloured. */
export const verdictTones: Readonly<Record<string, Tone>> = {
  passed: 'good',
  better: 'good',
  within: 'good',
  equivalent: 'accent',
  failed: 'bad',
  worse: 'bad',
  outside: 'bad',
  undecided: 'warn',
  'not enough': 'warn',
  uncalibrated: 'idle',
}

export function verdictWord(verdict: string): string {
  return verdict.replaceAll('_', ' ')
}

export function toneOfVerdict(verdict: string): Tone {
  return verdictTones[verdictWord(verdict)] ?? 'idle'
}
