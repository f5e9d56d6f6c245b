// openai-guardrails' checks without a model on the texts of stdin: openai-guardrails.mjs pii|secrets
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const which = process.argv[2]
const { texts } = JSON.parse(readFileSync(0, 'utf8'))
const out = []
let ms = 0
if (which === 'pii') {
  const { pii, PIIEntity } = require('@openai/guardrails/dist/checks/pii.js')
  for (const text of texts) {
    const startedAt = performance.now()
    const result = await pii(null, text, {
      entities: Object.values(PIIEntity),
      block: true,
      detect_encoded_pii: false,
    })
    ms += performance.now() - startedAt
    out.push(spans(text, result.info.detected_entities ?? {}))
  }
} else {
  const { secretKeysCheck } = require('@openai/guardrails/dist/checks/secret-keys.js')
  for (const text of texts) {
    const startedAt = performance.now()
    const result = await secretKeysCheck(null, text, { threshold: 'balanced' })
    ms += performance.now() - startedAt
    out.push(spans(text, { SECRET: result.info.detected_secrets ?? [] }))
  }
}

/** It says what it found and not where: every place of it counts. */
function spans(text, found) {
  return Object.entries(found).flatMap(([type, matches]) =>
    [...new Set(matches)]
      .filter(match => match !== '')
      .flatMap(match => {
        const places = []
        for (let at = text.indexOf(match); at >= 0; at = text.indexOf(match, at + match.length)) {
          places.push({ type, start: at, end: at + match.length, score: 1 })
        }
        return places
      }),
  )
}
process.stdout.write(JSON.stringify({ found: out, ms }))
