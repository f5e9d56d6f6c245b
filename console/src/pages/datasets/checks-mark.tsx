import type { DatasetVersion } from '../../api/types.ts'
import { ToneMark } from '../../parts/status.tsx'

/** How the checks of a version went, in a word and a colour. */
export function ChecksMark({ checks }: { readonly checks: DatasetVersion['checks'] }) {
  if (checks.length === 0) return <span className="quiet">none declared</span>
  const count = (severity: 'error' | 'warn') =>
    checks.filter(check => check.outcome === 'failed' && check.severity === severity).length
  const [errors, warnings] = [count('error'), count('warn')]
  const tone = errors > 0 ? 'bad' : warnings > 0 ? 'warn' : 'good'
  const passed = checks.filter(({ outcome }) => outcome === 'passed').length
  return (
    <ToneMark tone={tone}>
      {errors + warnings === 0 ? `${passed} passed` : `${errors + warnings} of ${checks.length} failed`}
    </ToneMark>
  )
}
