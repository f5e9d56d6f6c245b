import { formatMs } from '../figures.ts'
import type { Answer } from './ask.ts'

/** `113 → 41 tokens · first after 38 ms · 412 ms · 110 tokens/s`. */
export function renderFigures(answer: Answer): string {
  const parts: string[] = []
  if (answer.isAborted) parts.push('stopped')
  if (answer.usage !== undefined) parts.push(`${answer.usage.input} → ${answer.usage.output} tokens`)
  if (answer.firstTokenMs !== undefined) parts.push(`first after ${formatMs(answer.firstTokenMs)}`)
  parts.push(formatMs(answer.latencyMs))
  const rate = tokensPerSecond(answer)
  if (rate !== undefined) parts.push(`${rate.toFixed(0)} tokens/s`)
  if (answer.finishReason === 'length') parts.push('cut off at the token limit')
  return parts.join(' · ')
}

function tokensPerSecond({ usage, firstTokenMs, latencyMs }: Answer): number | undefined {
  if (usage === undefined || firstTokenMs === undefined || usage.output < 2) return undefined
  const seconds = (latencyMs - firstTokenMs) / 1_000
  return seconds > 0 ? (usage.output - 1) / seconds : undefined
}
