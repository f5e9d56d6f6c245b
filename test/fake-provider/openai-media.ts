import { countTokens, tokensOf } from './answer.ts'
import {
  classifySchema,
  imageEditSchema,
  imageSchema,
  imageVariationSchema,
  moderationSchema,
  predictSchema,
  rerankSchema,
  speechSchema,
  transcriptionSchema,
  translationSchema,
} from './openai-media-schema.ts'
import { event, openAiDialect, parsed, Refusal, type Fixed, type Understood } from './understood.ts'

/** Moderation, rerankings, images and sound; `undefined` for another path. */
export function understandMedia(path: string, body: unknown, fixed: Fixed): Understood | undefined {
  if (path.endsWith('/moderations')) return whole(moderate(body))
  if (path.endsWith('/rerank')) return whole(rerank(body))
  if (path.endsWith('/classify')) return whole(classify(body, fixed))
  if (path.endsWith('/predict')) return whole(predict(body, fixed))
  if (path.endsWith('/images/generations')) return makeImages(parsed(imageSchema, body), 'image_generation')
  if (path.endsWith('/images/edits')) return editImages(body)
  if (path.endsWith('/images/variations')) return makeImages(parsed(imageVariationSchema, body), 'none')
  if (path.endsWith('/audio/speech')) return speak(body)
  if (path.endsWith('/audio/transcriptions')) return transcribe(body, fixed)
  if (path.endsWith('/audio/translations')) return translate(body)
  return undefined
}

/** What the fake voice says of a text: bytes of every value, so that nothing can mistake them for text. */
export function soundOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 256 + text.length * 16 }, (_, index) => (index * 7 + text.length) % 256)
}

const whole = (reply: object): Understood => ({ dialect: openAiDialect([], reply), isStream: false })

function moderate(body: unknown): object {
  const { model, input } = parsed(moderationSchema, body)
  const inputs = Array.isArray(input) ? input : [input]
  const results = inputs.map(one => {
    const isFlagged = JSON.stringify(one).includes('hurt')
    return {
      flagged: isFlagged,
      categories: { violence: isFlagged },
      category_scores: { violence: isFlagged ? 0.9 : 0.01 },
      category_applied_input_types: { violence: ['text'] },
    }
  })
  return { id: 'modr-fake1', model: `${model}-2026-11-01`, results }
}

function rerank(body: unknown): object {
  const { query, documents, top_n: top } = parsed(rerankSchema, body)
  const scored = documents.map((document, index) => {
    const text = typeof document === 'string' ? document : document.text
    const shared = tokensOf(query).filter(token => text.includes(token.trim())).length
    return { index, relevance_score: shared / Math.max(1, tokensOf(query).length) }
  })
  const results = scored.sort((a, b) => b.relevance_score - a.relevance_score).slice(0, top)
  return { id: 'rerank-fake1', results, meta: { billed_units: { search_units: 1 } } }
}

/** vLLM's: the label of the likeliest class, and the probability of each. `fixed` text is the probability of an attack. */
function classify(body: unknown, fixed: Fixed): object {
  const { model, input } = parsed(classifySchema, body)
  const data = (typeof input === 'string' ? [input] : input).map((text, index) => {
    const probability = attackIn(text, fixed)
    return {
      index,
      label: probability > 0.5 ? 'LABEL_1' : 'LABEL_0',
      probs: [1 - probability, probability],
      num_classes: 2,
    }
  })
  const tokens = countTokens(input)
  const usage = { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0 }
  return { id: 'classify-fake1', object: 'list', created: 1_764_000_000, model, data, usage }
}

function attackIn(text: string, fixed: Fixed): number {
  if (fixed.text !== undefined) return Number(fixed.text)
  return /ignore (?:all )?previous/i.test(text) ? 0.98 : 0.03
}

/** text-embeddings-inference's: pairs are judged as an NLI model would, by whether the second stands in the first. */
function predict(body: unknown, fixed: Fixed): object {
  const { inputs } = parsed(predictSchema, body)
  const sequences = typeof inputs === 'string' ? [[inputs]] : inputs
  return sequences.map(([first = '', second]) => {
    const yes = second === undefined ? attackIn(first, fixed) : first.includes(second) ? 0.95 : 0.04
    const labels = second === undefined ? ['JAILBREAK', 'BENIGN'] : ['entailment', 'neutral']
    return [
      { score: yes, label: labels[0] },
      { score: 1 - yes, label: labels[1] },
    ].sort((a, b) => b.score - a.score)
  })
}

function editImages(body: unknown): Understood {
  const request = parsed(imageEditSchema, body)
  if (!request.image && !request['image[]']) throw new Refusal('image', 'You must provide an image.')
  return makeImages(request, 'image_edit')
}

function makeImages(
  request: { n?: number | undefined; prompt?: string; stream?: boolean | undefined },
  name: string,
): Understood {
  const { n = 1, prompt = '', stream } = request
  const picture = Buffer.from(soundOf(prompt)).toString('base64')
  const input = countTokens(prompt)
  const usage = {
    total_tokens: input + 50 * n,
    input_tokens: input,
    output_tokens: 50 * n,
    input_tokens_details: { text_tokens: input, image_tokens: 0 },
  }
  const data = Array.from({ length: n }, () => ({ b64_json: picture }))
  const reply = { created: 1_764_000_000, data, size: '1024x1024', quality: 'low', usage }
  const events = data.flatMap((one, index) => [
    named({ type: `${name}.partial_image`, partial_image_index: 0, ...one }),
    named({ type: `${name}.completed`, ...one, ...(index === n - 1 ? { usage } : {}) }),
  ])
  return { dialect: openAiDialect(events, reply), isStream: stream === true }
}

function speak(body: unknown): Understood {
  const request = parsed(speechSchema, body)
  const sound = soundOf(request.input)
  const half = sound.length >> 1
  const pieces = [sound.slice(0, half), sound.slice(half)]
  if (request.stream_format !== 'sse') {
    const type = request.response_format === 'wav' ? 'audio/wav' : 'audio/mpeg'
    const dialect = openAiDialect(pieces, undefined)
    return { dialect: { ...dialect, type, errorEvent: pieces[0] ?? '' }, isStream: true }
  }
  const audio = pieces.map(piece =>
    event({ type: 'speech.audio.delta', audio: Buffer.from(piece).toString('base64') }),
  )
  const input = countTokens(request.input)
  const usage = { input_tokens: input, output_tokens: 101, total_tokens: input + 101 }
  return {
    dialect: openAiDialect([...audio, event({ type: 'speech.audio.done', usage })], undefined),
    isStream: true,
  }
}

function transcribe(body: unknown, fixed: Fixed): Understood {
  const request = parsed(transcriptionSchema, body)
  const text = fixed.text ?? `You sent ${request.file.name} of ${request.file.size} bytes`
  const usage = {
    type: 'tokens',
    input_tokens: 14,
    input_token_details: { text_tokens: 0, audio_tokens: 14 },
    output_tokens: countTokens(text),
    total_tokens: 14 + countTokens(text),
  }
  const events = [
    ...tokensOf(text).map(delta => event({ type: 'transcript.text.delta', delta })),
    event({ type: 'transcript.text.done', text, usage }),
  ]
  const isPlain = ['text', 'srt', 'vtt'].includes(request.response_format ?? 'json')
  const dialect = openAiDialect(events, isPlain ? `${text}\n` : { text, usage })
  return {
    dialect: isPlain ? { ...dialect, type: 'text/plain; charset=utf-8' } : dialect,
    isStream: request.stream === true,
  }
}

function translate(body: unknown): Understood {
  const { file } = parsed(translationSchema, body)
  return whole({ text: `In English, ${file.name}` })
}

function named(data: { readonly type: string; readonly [name: string]: unknown }): string {
  return `event: ${data.type}\n${event(data)}`
}
