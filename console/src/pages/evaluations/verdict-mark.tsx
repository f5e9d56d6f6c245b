import { ToneMark } from '../../parts/status.tsx'
import { toneOfVerdict, verdictWord } from './verdicts.ts'

export function VerdictMark({ verdict }: { readonly verdict: string }) {
  return <ToneMark tone={toneOfVerdict(verdict)}>{verdictWord(verdict)}</ToneMark>
}
