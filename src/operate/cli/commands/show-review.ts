import { Command } from 'commander'
import { z } from 'zod'

import { openSession } from '../session.ts'
import { printReview } from '../review-text.ts'
import { reviewDetailShape, reviewTextShape } from '../wire.ts'

const unmaskedShape = z.looseObject({ context: z.array(reviewTextShape), texts: z.array(reviewTextShape) })

export function showReviewCommand(): Command {
  return new Command('show')
    .description('Show an item with all that it is decided with, masked')
    .argument('<id>', 'as `slipway reviews list` shows it')
    .option('--unmask <reason>', 'see it as it is; the reason is written into the audit log')
    .action(async (id: string, options: { unmask?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/reviews/${encodeURIComponent(id)}`
      const review = await api.read(path, reviewDetailShape)
      const raw =
        options.unmask === undefined
          ? undefined
          : await api.read(`${path}/unmask`, unmaskedShape, {
              method: 'POST',
              body: { reason: options.unmask },
            })
      if (terminal.isJson) return terminal.printJson({ ...review, ...raw })
      printReview(terminal, review, raw?.texts, raw?.context)
    })
}

export function nextReviewCommand(): Command {
  return new Command('next')
    .description('Take the most urgent item that you may decide on, and show it')
    .option('--service <name>', 'only one of a service')
    .action(async (options: { service?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const shape = z.looseObject({ review: reviewDetailShape.nullable() })
      const { review } = await api.read('/api/reviews/next', shape, { method: 'POST', body: { ...options } })
      if (terminal.isJson) return terminal.printJson(review)
      if (!review) return terminal.note(terminal.style.dim('Nothing waits that you may decide on.'))
      printReview(terminal, review)
    })
}
