import { headlineOf, linkOf, type Message } from './message.ts'
import { postJson } from './post.ts'

const icons = {
  firing: ':red_circle:',
  reminder: ':red_circle:',
  resolved: ':large_green_circle:',
  test: ':white_check_mark:',
} as const
const mostAlerts = 10

export async function sendSlack(
  message: Message,
  options: { readonly url: string; readonly allowPrivate: boolean; readonly signal: AbortSignal },
): Promise<void> {
  await postJson(options.url, JSON.stringify(slackBody(message)), options)
}

/** Blocks, with the plain text that notifications show. */
export function slackBody(message: Message) {
  const headline = headlineOf(message)
  const shown = message.alerts.slice(0, mostAlerts)
  const left = message.alerts.length - shown.length
  return {
    text: headline,
    blocks: [
      section(`${icons[message.kind]} *${escape(headline)}*`),
      ...shown.map(alert =>
        section(
          `${escape(alert.summary)}\n<${linkOf(alert, message)}|Evidence>${alert.runbook === undefined ? '' : ` · <${alert.runbook}|Runbook>`}`,
        ),
      ),
      ...(left > 0 ? [section(`and ${left} more: <${message.consoleUrl}/alerts|all alerts>`)] : []),
    ],
  }
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 3_000) } }
}

/** The three characters that Slack gives a meaning (its "Formatting text"). */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
