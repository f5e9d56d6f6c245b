import type { AnyCheckKind } from '../check-kinds.ts'
import { denyListKind } from './deny-list.ts'
import { exfiltrationKind } from './exfiltration.ts'
import { injectionKind } from './injection.ts'
import { jsonSchemaKind } from './json-schema.ts'
import { languageKind } from './language.ts'
import { localInjectionKind } from './local-injection.ts'
import { patternKind } from './pattern.ts'
import { lengthKind } from './text-length.ts'
import { toolAbuseKind } from './tool-abuse.ts'

/** What is looked for in what a text says and what form it has. */
export const contentKinds: readonly AnyCheckKind[] = [
  denyListKind,
  patternKind,
  languageKind,
  lengthKind,
  jsonSchemaKind,
  injectionKind,
  localInjectionKind,
  exfiltrationKind,
  toolAbuseKind,
]
