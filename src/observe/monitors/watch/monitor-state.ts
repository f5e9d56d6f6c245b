import type { RunState } from './detector-run.ts'

/** An alarm that is not over. */
export interface OpenAlarm {
  readonly id: string
  /** So many means without the detector coming to it again end it. */
  readonly quietMeans: number
}

export interface DetectorState {
  readonly run: RunState
  readonly alarm?: OpenAlarm | undefined
}

export interface StreamState {
  /** When the reference was taken that this is held against; with another one everything begins anew. */
  readonly takenAt: string
  readonly detectors: Readonly<Record<string, DetectorState>>
  /** How recent values lie, in the bins of the reference. */
  readonly now: readonly number[]
  /** Values that counted, and those of another judge, which did not. */
  readonly seen: number
  readonly incomparable: number
  readonly lastSeenMs: number
}

/** Where a monitor is: plain, so that it can be kept. */
export interface MonitorState {
  readonly streams: Readonly<Record<string, StreamState>>
}
