// secretlint with its recommended preset on the texts of stdin
import { readFileSync } from 'node:fs'
import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'

const { texts } = JSON.parse(readFileSync(0, 'utf8'))
const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] }
const found = []
let ms = 0
for (const content of texts) {
  const startedAt = performance.now()
  const { messages } = await lintSource({
    source: { content, filePath: 'text.txt', contentType: 'text', ext: '.txt' },
    options: { config },
  })
  ms += performance.now() - startedAt
  found.push(
    messages.map(({ range, ruleId }) => ({
      type: 'SECRET',
      start: range[0],
      end: range[1],
      score: 1,
      rule: ruleId,
    })),
  )
}
process.stdout.write(JSON.stringify({ found, ms }))
