import { formatUptime } from '../../format/duration.ts'

/** `30 d`, `1 h`, `5 min`: windows are round, and need no second unit that is 0. */
export function formatWindow(seconds: number): string {
  return formatUptime(seconds).replace(/ 0 (?:h|min)$/, '')
}
