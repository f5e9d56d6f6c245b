/** What one check of `slipway doctor` found. */
export interface DoctorFinding {
  /** Stable, e.g. `port`. */
  readonly check: string
  readonly state: 'ok' | 'advice' | 'problem'
  readonly message: string
  /** What to do; always there for a problem. */
  readonly mend?: string
}

export function ok(check: string, message: string): DoctorFinding {
  return { check, state: 'ok', message }
}

export function advice(check: string, message: string, mend: string): DoctorFinding {
  return { check, state: 'advice', message, mend }
}

export function problem(check: string, message: string, mend: string): DoctorFinding {
  return { check, state: 'problem', message, mend }
}
