import { agreementRule, suspectLabelsRule } from '../labels/label-rules.ts'
import { labelParityRule, representationRule } from '../slices/slice-rules.ts'
import type { RuleKind } from './rule.ts'
import { assertRule } from './rules/assert.ts'
import { driftRule } from './rules/drift.ts'
import { referencesRule, uniqueRule } from './rules/keys.ts'
import { leakageRule, nearDuplicatesRule } from './rules/likeness.ts'
import { chatRule, schemaRule } from './rules/structure.ts'
import { languageRule, personalDataRule, secretsRule, tokensRule } from './rules/texts.ts'
import {
  lengthRule,
  maxRule,
  minRule,
  nullableRule,
  patternRule,
  typeRule,
  valuesRule,
} from './rules/values.ts'
import { balanceRule, onlyColumnsRule, rowsRule } from './rules/whole.ts'

/** A kind whatever its parameters are; it is only given what its own schema has parsed. */
export interface AnyRuleKind extends Omit<RuleKind, 'columns' | 'check' | 'references' | 'plan'> {
  columns(parameters: never): ReturnType<RuleKind['columns']>
  check?(
    ...given: [parameters: never, detectors: Parameters<NonNullable<RuleKind['check']>>[1]]
  ): ReturnType<NonNullable<RuleKind['check']>>
  references?(parameters: never): readonly string[]
  plan(...given: [rule: never, context: Parameters<RuleKind['plan']>[1]]): ReturnType<RuleKind['plan']>
}

/** Every rule that a definition can hold, in the order of the reference. */
export const ruleKinds: readonly AnyRuleKind[] = [
  typeRule,
  nullableRule,
  minRule,
  maxRule,
  lengthRule,
  tokensRule,
  patternRule,
  valuesRule,
  uniqueRule,
  referencesRule,
  languageRule,
  schemaRule,
  chatRule,
  assertRule,
  rowsRule,
  balanceRule,
  representationRule,
  labelParityRule,
  onlyColumnsRule,
  driftRule,
  leakageRule,
  nearDuplicatesRule,
  agreementRule,
  suspectLabelsRule,
  personalDataRule,
  secretsRule,
]

export const ruleKindsByName: ReadonlyMap<string, AnyRuleKind> = new Map(
  ruleKinds.map(kind => [kind.name, kind]),
)
