import { type ConfigFinding, suggest, suggestSentence } from '../../../foundation/config/index.ts'
import { eventKinds, eventNames, isEventName, type FactTypes } from '../events/event-kinds.ts'
import { cronProblem } from '../triggers/cron.ts'
import { type Expression, parseExpression } from './expression.ts'
import { expressionMend, finding } from './finding.ts'
import { readValue } from './pipeline.ts'
import type { PipelineText, TriggerText } from './pipeline-schema.ts'
import { holdsExpression, parseTemplate } from './template.ts'
import { factsOf, kindOf, triggersOf } from './trigger.ts'

type Path = ConfigFinding['path']

/** What begins runs by itself: everything that it names is known, and gives what the pipeline wants. */
export function checkTriggers(declared: PipelineText): ConfigFinding[] {
  return [
    ...declared.triggers.flatMap((trigger, index) => checkTrigger(trigger, ['triggers', index], declared)),
    ...checkNames(declared),
  ]
}

function checkTrigger(trigger: TriggerText, path: Path, declared: PipelineText): ConfigFinding[] {
  const kind = kindOf(trigger)
  if (!kind)
    return [
      finding(
        path,
        'A trigger is a time, an event, a number of rows or a call.',
        'Write one of `cron`, `event`, `rows` and `api`.',
        'key',
      ),
    ]
  const found: ConfigFinding[] = []
  if (trigger.cron !== undefined) {
    const problem = cronProblem(trigger.cron, trigger.timezone)
    if (problem)
      found.push(
        finding(
          [...path, problem.at],
          problem.message,
          problem.at === 'cron' ? 'Every Monday at three is `0 3 * * 1`.' : 'Write one as `Europe/Berlin`.',
        ),
      )
  }
  if (trigger.event !== undefined && !isEventName(trigger.event))
    found.push(
      finding(
        [...path, 'event'],
        `There is no event \`${trigger.event}\`.`,
        suggestSentence(trigger.event, eventNames, 'event'),
      ),
    )
  const facts = factsOf(trigger)
  const about = aboutOf(trigger)
  if (trigger.where !== undefined && facts)
    found.push(...checkExpression(trigger.where, 'bool', [...path, 'where'], facts, about))
  if (trigger.approval && facts)
    found.push(...checkText(trigger.approval.question, [...path, 'approval', 'question'], facts, about))
  for (const [name, value] of Object.entries(trigger.parameters)) {
    const place = [...path, 'parameters', name]
    const parameter = declared.parameters[name]
    if (!parameter)
      found.push(
        finding(
          place,
          `The pipeline has no parameter \`${name}\`.`,
          suggestSentence(name, Object.keys(declared.parameters), 'parameter'),
          'key',
        ),
      )
    else if (typeof value === 'string' && holdsExpression(value)) {
      if (facts) found.push(...checkText(value, place, facts, about))
    } else {
      const read = readValue(parameter, value)
      if ('problem' in read) found.push(finding(place, `It ${read.problem}`, 'Correct it.'))
    }
  }
  for (const [name, { default: value }] of Object.entries(declared.parameters))
    if (value === undefined && trigger.parameters[name] === undefined)
      found.push(
        finding(
          path,
          `The parameter \`${name}\` has no default, and this trigger does not give it.`,
          'Write it under `parameters` of the trigger.',
          'key',
        ),
      )
  return found
}

/** What a trigger knows stays with its name, so no two have one. */
function checkNames(declared: PipelineText): ConfigFinding[] {
  const names = triggersOf(declared).map(({ name }) => name)
  return declared.triggers.flatMap(({ name }, index) =>
    name === undefined || names.filter(other => other === name).length < 2
      ? []
      : [
          finding(
            ['triggers', index, 'name'],
            `Another trigger of the pipeline is called \`${name}\`.`,
            'Give each its own name.',
          ),
        ],
  )
}

function checkExpression(
  text: string,
  wanted: 'bool' | 'any',
  path: Path,
  facts: FactTypes,
  about: string,
): ConfigFinding[] {
  const parsed = parseExpression(text, wanted)
  if ('problem' in parsed) return [finding(path, parsed.problem, expressionMend)]
  const unknown = checkReads(parsed, path, facts, about)
  if (unknown.length > 0) return unknown
  // what it reads is there: whether it can be compared so
  const typed = parseExpression(text, wanted, facts)
  return 'problem' in typed
    ? [
        finding(
          path,
          typed.problem,
          `The facts of ${about}: ${Object.entries(facts)
            .map(([name, type]) => `${name} (${type})`)
            .join(', ')}.`,
        ),
      ]
    : []
}

function checkText(text: string, path: Path, facts: FactTypes, about: string): ConfigFinding[] {
  const parsed = parseTemplate(text)
  if ('problem' in parsed) return [finding(path, parsed.problem, expressionMend)]
  return parsed.pieces.flatMap(piece =>
    typeof piece === 'string' ? [] : checkExpression(piece.text, 'any', path, facts, about),
  )
}

function checkReads({ reads }: Expression, path: Path, facts: FactTypes, about: string): ConfigFinding[] {
  return reads.flatMap(([root = '', name]) => {
    if (root !== 'event')
      return [
        finding(
          path,
          `A trigger cannot read \`${root}\`: no run is there yet.`,
          'It reads `event`, and nothing else.',
        ),
      ]
    if (name === undefined || Object.hasOwn(facts, name)) return []
    return [
      finding(path, `There is no fact \`${name}\` in ${about}.`, factsSentence(name, Object.keys(facts))),
    ]
  })
}

/** What there is instead, the nearest first. */
export function factsSentence(name: string, facts: readonly string[]): string {
  if (facts.length === 0) return 'There are none: a run by hand has no event.'
  const known = [...new Set(facts)]
  const meant = suggest(name, known)
  return `${meant === undefined ? '' : `Did you mean \`${meant}\`? `}The facts are ${known.join(', ')}.`
}

function aboutOf(trigger: TriggerText): string {
  if (trigger.event !== undefined) return `the event \`${trigger.event}\``
  return `a trigger of \`${kindOf(trigger)}\``
}

/** All events, with what each tells. */
export const describedEvents = Object.entries(eventKinds).map(([name, { description, facts }]) => ({
  name,
  description,
  facts: { ...facts } as FactTypes,
}))
