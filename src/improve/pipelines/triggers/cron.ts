import { CronExpressionParser } from 'cron-parser'

/** The first tick of a five-field expression after a moment, in a time zone; across a change of clocks as cron has it. */
export function nextTick(cron: string, timezone: string, after: Date): Date {
  return CronExpressionParser.parse(cron, { tz: timezone, currentDate: after }).next().toDate()
}

/** Why an expression or a time zone cannot be meant. */
export function cronProblem(
  cron: string,
  timezone: string,
): { at: 'cron' | 'timezone'; message: string } | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    return { at: 'timezone', message: `There is no time zone \`${timezone}\`.` }
  }
  if (cron.trim().split(/\s+/).length !== 5)
    return { at: 'cron', message: `\`${cron}\` has not five fields.` }
  try {
    nextTick(cron, timezone, new Date())
    return undefined
  } catch (error) {
    return {
      at: 'cron',
      message: `\`${cron}\` is no time: ${error instanceof Error ? error.message : String(error)}.`,
    }
  }
}
