import { matchRules } from '../checks/injection-rules.ts'
import { wordsIn } from '../checks/injection-words.ts'
import { sentencesOf } from '../checks/sentences.ts'
import { eachFeature } from './text-features.ts'
import { eachWordFeature } from './word-features.ts'

/** Weights, and what makes a probability of what they add up to. */
export interface LinearModel {
  /** One for each hash of characters and words. */
  readonly weights: Float32Array
  /** One for each word feature. */
  readonly wordWeights: Float32Array
  readonly bias: number
  /** Platt's: the probability is the logistic function of `slope * score + offset`, where attacks are as many as honest texts. */
  readonly slope: number
  readonly offset: number
}

/** A piece of a text that was judged for itself. */
export interface Piece {
  readonly start: number
  readonly end: number
  /** That it is an attack, were half of all texts attacks. */
  readonly probability: number
}

/** Pieces shorter than this are judged together with what follows: a word alone says nothing. */
const shortestPiece = 48

/** The sum is divided by the root of the number of features, so that a long text says no more than a short one. */
export function normalised(sum: number, features: number): number {
  return features === 0 ? 0 : sum / Math.sqrt(features)
}

/** Judges a text piece by piece, a sentence or some short ones, each alone and with the next: long texts dilute nothing. */
export function judgePieces(model: LinearModel, text: string): Piece[] {
  const { weights, wordWeights, bias, slope, offset } = model
  const words = wordsIn(text)
  const matches = matchRules(text, words).sort((one, other) => one.start - other.start)
  const pieces = piecesOf(text).map(({ start, end }) => {
    let sum = 0
    const features = eachFeature(text, start, end, feature => {
      sum += weights[feature] ?? 0
    })
    return { start, end, sum, features }
  })
  const probabilityOf = (start: number, end: number, sum: number, features: number): number => {
    let score = normalised(sum, features) + bias
    eachWordFeature(words, matches, start, end, (place, value) => {
      score += (wordWeights[place] ?? 0) * value
    })
    return 1 / (1 + Math.exp(-(slope * score + offset)))
  }
  const judged = pieces.map(({ start, end, sum, features }) => ({
    start,
    end,
    probability: probabilityOf(start, end, sum, features),
  }))
  const alone = judged.map(({ probability }) => probability)
  for (const [index, piece] of pieces.entries()) {
    const next = pieces[index + 1]
    const [first, second] = [judged[index], judged[index + 1]]
    if (!next || !first || !second) break
    const both = probabilityOf(piece.start, next.end, piece.sum + next.sum, piece.features + next.features)
    // what one of them says alone is not the other's
    if (both <= Math.max(alone[index] ?? 0, alone[index + 1] ?? 0)) continue
    first.probability = Math.max(first.probability, both)
    second.probability = Math.max(second.probability, both)
  }
  return judged
}

function piecesOf(text: string): { start: number; end: number }[] {
  const pieces: { start: number; end: number }[] = []
  for (const { start, end } of sentencesOf(text)) {
    const last = pieces.at(-1)
    if (last && last.end - last.start < shortestPiece) last.end = end
    else pieces.push({ start, end })
  }
  // a short rest belongs to what stands before it
  const [before, rest] = pieces.slice(-2)
  if (before && rest && rest.end - rest.start < shortestPiece) {
    before.end = rest.end
    pieces.pop()
  }
  return pieces
}
