/** What the exit code of `slipway` says; documented in docs/cli.md. */
export const exitCodes = {
  ok: 0,
  /** It ran and the answer is no: problems were found, or the server refused what was asked. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** There is no server at the address. */
  unreachable: 3,
  /** The key is missing, unknown, or not allowed to do this. */
  denied: 4,
  /** An evaluation ran, and a gate does not hold. */
  gateFailed: 5,
  /** An evaluation has not measured enough to say, or has not ended. */
  notEnough: 6,
  /** A file that was given is not what it should be. */
  badInput: 7,
  /** Stopped with Ctrl-C. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
