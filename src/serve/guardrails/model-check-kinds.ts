import { citations } from './checks/citations.ts'
import { groundedness } from './checks/groundedness.ts'
import { llamaGuard } from './checks/llama-guard.ts'
import { moderation } from './checks/moderation.ts'
import { promptGuard } from './checks/prompt-guard.ts'
import { selfConsistency } from './checks/self-consistency.ts'
import { support } from './checks/support.ts'

/** Checks that ask a service of ours. */
export const modelCheckKinds = [moderation, llamaGuard, promptGuard, groundedness, selfConsistency] as const

/** Checks that compare an answer with what it should rest on, without any model. */
export const groundingCheckKinds = [support, citations] as const
