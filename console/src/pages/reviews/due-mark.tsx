import { Tooltip } from '@mantine/core'
import { formatUptime } from '../../format/duration.ts'
import { formatExact } from '../../format/time.ts'
import { useNow } from '../../parts/time-ago.tsx'

/** How long is left until it should be decided, or since when it should have been. */
export function DueMark({ due, expires }: { readonly due: string; readonly expires: string }) {
  const now = useNow()
  const left = (Date.parse(due) - now) / 1_000
  const isGone = Date.parse(expires) <= now
  const tone = isGone || left < 0 ? 'bad' : left < 120 ? 'warn' : undefined
  const text = isGone ? 'expired' : left < 0 ? `${formatUptime(-left)} late` : `due in ${formatUptime(left)}`
  return (
    <Tooltip label={`Due ${formatExact(due)}; expires ${formatExact(expires)}`}>
      <time dateTime={due} className="due" data-tone={tone}>
        {text}
      </time>
    </Tooltip>
  )
}
