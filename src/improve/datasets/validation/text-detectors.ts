/** What was found in a text. */
export interface Detected {
  readonly start: number
  readonly end: number
  /** In upper snake case: `EMAIL_ADDRESS`. */
  readonly type: string
}

export const detectorNames = ['personal-data', 'secrets', 'language'] as const
export type DetectorName = (typeof detectorNames)[number]

/** What finds things in texts. The composition root supplies it: the detectors are those that guard services. */
export interface TextDetectors {
  /** Throws an `Error` that says what is wrong with the parameters. */
  create(
    name: DetectorName,
    parameters: Readonly<Record<string, unknown>>,
  ): (text: string) => readonly Detected[]
}

/** A module that data workers load: its `textDetectors` are used there. */
export interface TextDetectorsModule {
  readonly textDetectors: TextDetectors
}

/** The text with what was found put away: `<EMAIL_ADDRESS>` for an address. */
export function maskDetected(text: string, found: readonly Detected[]): string {
  let masked = ''
  let from = 0
  for (const { start, end, type } of found.toSorted((a, b) => a.start - b.start)) {
    if (start < from) continue
    masked += `${text.slice(from, start)}<${type}>`
    from = end
  }
  return masked + text.slice(from)
}
