import type { WordClass } from './injection-lexicon.ts'
import { type Word, wordsIn } from './injection-words.ts'

/** Where a rule has matched, with what it is worth in a message of a user and in text that nobody of ours wrote. */
export interface RuleMatch {
  readonly start: number
  readonly end: number
  readonly type: string
  readonly input: number
  readonly context: number
}

/** Words of all these classes, in any order, each no further than `reach` from the first class's. */
interface WordRule {
  readonly type: string
  readonly classes: readonly [WordClass, ...WordClass[]]
  readonly reach: number
  readonly input: number
  readonly context: number
}

const wordRules: readonly WordRule[] = [
  {
    type: 'INSTRUCTION_OVERRIDE',
    classes: ['ignore', 'prior', 'instructions'],
    reach: 60,
    input: 0.85,
    context: 0.95,
  },
  { type: 'INSTRUCTION_OVERRIDE', classes: ['ignore', 'allAbove'], reach: 40, input: 0.8, context: 0.9 },
  {
    type: 'INSTRUCTION_OVERRIDE',
    classes: ['ignore', 'instructions', 'newTask'],
    reach: 120,
    input: 0.7,
    context: 0.9,
  },
  { type: 'INSTRUCTION_OVERRIDE', classes: ['newTask', 'act'], reach: 80, input: 0.4, context: 0.7 },
  { type: 'ROLE_SPOOFING', classes: ['persona', 'unbound'], reach: 160, input: 0.75, context: 0.85 },
  { type: 'ROLE_SPOOFING', classes: ['jailbreak'], reach: 0, input: 0.8, context: 0.85 },
  { type: 'PROMPT_EXTRACTION', classes: ['reveal', 'secretText'], reach: 60, input: 0.7, context: 0.8 },
  { type: 'HIDDEN_COMMAND', classes: ['toModel', 'act'], reach: 90, input: 0.2, context: 0.6 },
  { type: 'HIDDEN_COMMAND', classes: ['secrecy', 'act'], reach: 140, input: 0.45, context: 0.8 },
  { type: 'HIDDEN_COMMAND', classes: ['toModel', 'ignore', 'act'], reach: 120, input: 0.5, context: 0.85 },
  { type: 'HIDDEN_COMMAND', classes: ['ofModels', 'ignore', 'prior'], reach: 90, input: 0.5, context: 0.75 },
]

/** Delimiters of chat templates, which only a server writes. */
const templateTokens =
  /<\|(?:im_start|im_end|im_sep|system|user|assistant|end|endoftext|endofprompt|begin_of_text|end_of_text|start_header_id|end_header_id|eot_id|eom_id|python_tag|start|message|channel|return|call|constrain|tool)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?start_of_turn>|<\/?end_of_turn>|\[\/?(?:SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<｜[^｜\n]{1,30}｜>/g

/** A line that poses as the turn of somebody else. */
const spoofedTurn =
  /^[ \t>*#-]{0,12}(?:\[?(?:system|developer|administrator|admin|root)(?: (?:message|prompt|note|override|instructions?|update|alert))?\]?[ \t]{0,3}:|\[(?:system|admin|developer)(?: [a-z]{3,12}){0,2}\]|###? ?(?:system|instructions?)\b[ \t]{0,3}:?[ \t]*$|<\/?(?:system|system[-_]prompt|developer|instructions?|admin)>)/gim

const assistantTurn = /^[ \t]{0,3}(?:assistant|AI|Human|###? ?(?:assistant|response))[ \t]{0,3}:/gim

/** Everything that a rule finds in a text as it stands. */
export function matchRules(text: string, words: readonly Word[] = wordsIn(text)): RuleMatch[] {
  const matches: RuleMatch[] = []
  for (const [writing, written] of Map.groupBy(words, word => word.writing)) {
    // two disguised words beside each other are no chance
    const raise = writing === 'plain' ? 0 : 0.1
    for (const rule of wordRules) matches.push(...matchWords(written, rule, raise))
  }
  const add = (pattern: RegExp, type: string, input: number, context: number): void => {
    for (const match of text.matchAll(pattern))
      matches.push({ start: match.index, end: match.index + match[0].length, type, input, context })
  }
  add(templateTokens, 'CHAT_TEMPLATE_TOKEN', 0.85, 0.9)
  add(spoofedTurn, 'ROLE_SPOOFING', 0.6, 0.75)
  add(assistantTurn, 'ROLE_SPOOFING', 0.3, 0.4)
  return matches
}

function matchWords(words: readonly Word[], rule: WordRule, raise: number): RuleMatch[] {
  const [anchor, ...others] = rule.classes
  const matches: RuleMatch[] = []
  for (const [index, word] of words.entries()) {
    if (word.wordClass !== anchor) continue
    let [start, end] = [word.start, word.end]
    const isComplete = others.every(wordClass => {
      const other = nearest(words, index, wordClass, rule.reach)
      if (!other) return false
      start = Math.min(start, other.start)
      end = Math.max(end, other.end)
      return true
    })
    if (!isComplete) continue
    const { type, input, context } = rule
    matches.push({
      start,
      end,
      type,
      input: Math.min(1, input + raise),
      context: Math.min(1, context + raise),
    })
  }
  return matches
}

/** The nearest word of the class that does not share its letters with the one at `index`. */
function nearest(
  words: readonly Word[],
  index: number,
  wordClass: WordClass,
  reach: number,
): Word | undefined {
  const from = words[index]
  if (!from) return undefined
  let best: Word | undefined
  let distance = reach + 1
  for (let at = index + 1; at < words.length; at += 1) {
    const word = words[at]
    if (!word || word.start - from.end >= distance) break
    if (word.wordClass !== wordClass || word.start < from.end) continue
    best = word
    distance = word.start - from.end
    break
  }
  for (let at = index - 1; at >= 0; at -= 1) {
    const word = words[at]
    // the longest term bounds how far a word that begins earlier may reach
    if (!word || from.start - word.start > distance + 64) break
    if (word.wordClass !== wordClass || word.end > from.start || from.start - word.end >= distance) continue
    best = word
    distance = from.start - word.end
  }
  return best
}
