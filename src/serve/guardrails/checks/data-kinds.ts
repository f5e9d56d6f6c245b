import { personalData } from './personal-data/personal-data.ts'
import { secrets } from './secrets/secrets.ts'

/** Checks for data that must not get out. */
export const dataKinds = [personalData, secrets] as const
