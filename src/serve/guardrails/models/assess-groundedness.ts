import { z } from 'zod'
import { type Claim, claimsOf } from '../support/claims.ts'
import { indexForSupport } from '../support/support-score.ts'
import { languageOf } from '../support/words.ts'
import { answerText, askForJson, notAsAsked } from './ask-for-json.ts'
import type { AskService, ServiceCall } from './ask-service.ts'
import { classify } from './classify.ts'
import { createFence } from './fence.ts'

/** How a claim stands to the documents, as a model sees it. */
export interface JudgedClaim {
  readonly claim: Claim
  /** From 0, nothing bears it out or something speaks against it, to 1. */
  readonly support: number
  readonly verdict: 'supported' | 'contradicted' | 'not_found'
  /** Which document bears it out, or speaks against it. */
  readonly document: number | undefined
}

export interface GroundednessOptions {
  /** Who compares: a chat with a strict JSON answer, a classifier of pairs (NLI), or MiniCheck's own prompt. */
  readonly method: 'llm' | 'classifier' | 'minicheck'
  /** The classes of a classifier that mean that the document bears the claim out, in lower case. */
  readonly entailment: ReadonlySet<string>
  /** The most text of the documents that one question holds, in characters; of more, what is nearest to the claims. */
  readonly maxContextChars: number
  readonly temperature: number | undefined
  /** Where words alone are as sure as this, no model is asked about a claim; 1 asks about all that are not word for word. */
  readonly sureFrom: number | undefined
}

export interface GroundednessQuestion extends Pick<
  ServiceCall,
  'tenant' | 'check' | 'service' | 'signal' | 'priority'
> {
  readonly answer: string
  readonly question: string | undefined
  readonly documents: readonly string[]
}

const claimsAtOnce = 20
const passagesPerClaim = 3

/** Compares each claim of an answer with the documents. Throws where the model does not answer as it was asked. */
export async function assessGroundedness(
  ask: AskService,
  asked: GroundednessQuestion,
  options: GroundednessOptions,
): Promise<JudgedClaim[]> {
  const language = languageOf(`${asked.documents.join(' ').slice(0, 20_000)} ${asked.answer}`)
  const claims = claimsOf(asked.answer, language)
  const index = indexForSupport(asked.documents, language)
  const judged: JudgedClaim[] = []
  const open: Claim[] = []
  for (const claim of claims) {
    const { score, document } = index.supportOf(claim)
    if (options.sureFrom === undefined || score < options.sureFrom) open.push(claim)
    else judged.push({ claim, support: score, verdict: 'supported', document })
  }
  for (let from = 0; from < open.length; from += claimsAtOnce) {
    const batch = open.slice(from, from + claimsAtOnce)
    if (options.method === 'llm') judged.push(...(await askModel(batch)))
    else for (const claim of batch) judged.push(await comparePassages(claim))
  }
  return judged.sort((left, right) => left.claim.start - right.claim.start)

  async function askModel(batch: readonly Claim[]): Promise<JudgedClaim[]> {
    const fence = createFence()
    const shown = showDocuments(batch)
    const user = [
      ...shown.map(({ document, text }) => fence.around('document', text, document + 1)),
      ...(asked.question === undefined ? [] : [fence.around('question', asked.question.slice(0, 4_000))]),
      ...batch.map((claim, at) => fence.around('claim', claim.text, at + 1)),
    ].join('\n')
    const { value } = await askForJson(ask, {
      ...callOf(asked),
      system: `${instructions}\n${fence.rule}`,
      user,
      schema: verdictsOf(
        batch.length,
        shown.map(({ document }) => document + 1),
      ),
      maxTokens: 200 + 60 * batch.length,
      temperature: options.temperature,
    })
    return value.claims.map(({ claim: number, verdict, document }) => {
      const claim = batch[number - 1]
      if (!claim) throw notAsAsked(asked, 'a verdict on a claim that there is not')
      return {
        claim,
        verdict,
        support: verdict === 'supported' ? 1 : 0,
        document: document === null ? undefined : document - 1,
      }
    })
  }

  /** Whole documents where they fit; else the passages that share most with the claims, each document's together. */
  function showDocuments(batch: readonly Claim[]): { document: number; text: string }[] {
    const length = asked.documents.reduce((sum, text) => sum + text.length, 0)
    if (length <= options.maxContextChars)
      return asked.documents.map((text, document) => ({ document, text }))
    const chosen = new Map<number, Set<string>>()
    let room = options.maxContextChars
    for (let rank = 0; rank < 20 && room > 0; rank += 1) {
      for (const claim of batch) {
        const passage = index.passagesFor(claim, rank + 1)[rank]
        if (!passage || passage.text.length > room) continue
        const texts = chosen.get(passage.document) ?? new Set()
        if (texts.has(passage.text)) continue
        chosen.set(passage.document, texts.add(passage.text))
        room -= passage.text.length
      }
    }
    return [...chosen]
      .sort(([left], [right]) => left - right)
      .map(([document, texts]) => ({ document, text: [...texts].join('\n[…]\n') }))
  }

  async function comparePassages(claim: Claim): Promise<JudgedClaim> {
    const passages = index.passagesFor(claim, passagesPerClaim)
    const scores =
      options.method === 'classifier'
        ? (
            await classify(ask, {
              ...callOf(asked),
              input: passages.map(({ text }) => [text, claim.text] as const),
            })
          ).map(one => one.probabilityOf(options.entailment))
        : await Promise.all(passages.map(({ text }) => askMiniCheck(text, claim)))
    const best = scores.reduce((most, score, at) => (score > (scores[most] ?? 0) ? at : most), 0)
    const score = scores[best] ?? 0
    return {
      claim,
      support: score,
      verdict: score >= 0.5 ? 'supported' : 'not_found',
      document: passages[best]?.document,
    }
  }

  /** MiniCheck's prompt (Tang, Laban and Durrett, EMNLP 2024): the model was trained to say Yes or No to it. */
  async function askMiniCheck(document: string, claim: Claim): Promise<number> {
    const call = callOf(asked)
    const { body } = await ask({
      ...call,
      path: '/v1/chat/completions',
      body: {
        messages: [{ role: 'user', content: `Document: ${document}\nClaim: ${claim.text}` }],
        temperature: 0,
        max_tokens: 8,
      },
    })
    const said = answerText(body, call).trim().toLowerCase()
    if (/^yes\b/.test(said)) return 1
    if (/^no\b/.test(said)) return 0
    throw notAsAsked(call, 'neither Yes nor No')
  }
}

const instructions = `You compare claims with documents. For each claim say whether the documents bear it out:
- "supported": the documents say so, or it follows from them without other knowledge. Every number, name, date and condition of the claim must agree.
- "contradicted": the documents say otherwise.
- "not_found": the documents do not say, even if it is true.
Use nothing but the documents. Give one verdict for each claim, with the number of the document that decides it, or null where none does.`

/** One verdict for each claim, and only documents that were shown. */
function verdictsOf(claims: number, documents: readonly number[]) {
  return z
    .strictObject({
      claims: z.array(
        z.strictObject({
          claim: z.int(),
          verdict: z.enum(['supported', 'contradicted', 'not_found']),
          document: z.int().nullable(),
        }),
      ),
    })
    .refine(value => {
      const numbers = new Set(value.claims.map(one => one.claim))
      const isEach = Array.from({ length: claims }, (_, at) => at + 1).every(number => numbers.has(number))
      const isKnown = value.claims.every(one => one.document === null || documents.includes(one.document))
      // who says that a claim is borne out must say by what
      const isBased = value.claims.every(one => one.verdict !== 'supported' || one.document !== null)
      return isEach && isKnown && isBased && value.claims.length === claims
    })
}

function callOf({ tenant, check, service, signal, priority }: GroundednessQuestion) {
  return { tenant, check, service, signal, ...(priority && { priority }) }
}
