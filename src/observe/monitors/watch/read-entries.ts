import type { Database, Logger } from '../../../foundation/platform/index.ts'
import type { WaitingEntry } from '../inbox-store.ts'
import type { MonitorMetrics } from '../monitor-metrics.ts'
import { findSides } from '../reference/reference-rows-store.ts'
import type { FeatureName, TextFeatures } from '../streams/measure.ts'
import type { SeenOpinion } from '../streams/seen.ts'
import type { DeclaredMonitor } from './declared-monitor.ts'
import type { LoadedMonitor } from './loaded-monitors.ts'
import { isLookedAt } from './monitor-run.ts'
import { readFeatures, type TextPorts } from './read-features.ts'

/** What has to be read of entries before detectors can take them. */
export interface EntryFacts {
  /** What texts came to, for a monitor, by the inference. */
  readonly textsFor: (declared: DeclaredMonitor) => ReadonlyMap<string, TextFeatures> | undefined
  /** An opinion with the side of its inference, where that counts. */
  readonly withSide: (opinion: SeenOpinion) => SeenOpinion
}

export async function readEntries(
  context: {
    readonly database: Database
    readonly logger: Logger
    readonly metrics: Pick<MonitorMetrics, 'lost'>
    readonly texts: TextPorts
    readonly signal: AbortSignal
  },
  entries: readonly WaitingEntry[],
  byService: ReadonlyMap<string, readonly LoadedMonitor[]>,
): Promise<EntryFacts> {
  const features = await readTexts(context, entries, byService)
  const sides = await findSides(context.database, opinionsWithSides(entries, byService))
  return {
    textsFor: declared => features.get(featureKey(declared)),
    withSide: opinion => ({ ...opinion, ...sides.get(opinion.id) }),
  }
}

const featureKey = ({ config, embedder }: DeclaredMonitor): string => `${config.service} ${embedder ?? ''}`

/** Monitors that look at the same texts in the same way share what comes of it. */
async function readTexts(
  { database, logger, metrics, texts, signal }: Parameters<typeof readEntries>[0],
  entries: readonly WaitingEntry[],
  byService: ReadonlyMap<string, readonly LoadedMonitor[]>,
): Promise<Map<string, Map<string, TextFeatures>>> {
  const found = new Map<string, Map<string, TextFeatures>>()
  for (const [service, monitors] of byService) {
    const own = entries.filter(entry => entry.service === service)
    for (const [key, group] of Map.groupBy(monitors, ({ declared }) => featureKey(declared))) {
      const active = group.filter(({ stored, run }) => !stored.isPaused && run.watched.size > 0)
      const names = new Set<FeatureName>(active.flatMap(({ declared }) => [...declared.features]))
      if (names.size === 0) continue
      const slicing = active.some(
        ({ declared: { config } }) => config.slices.includes('language') || config.slices.includes('topic'),
      )
      const ids = own.flatMap(entry =>
        entry.kind === 'inference'
          ? entry.items.filter(({ hasContent }) => hasContent).map(({ id }) => id)
          : slicing
            ? entry.items.map(({ id }) => id)
            : [],
      )
      const looked = ids.filter(id => active.some(({ declared }) => isLookedAt(id, declared)))
      const embedder = active[0]?.declared.embedder
      try {
        found.set(key, await readFeatures(database, texts, looked, { names, embedder }, signal))
      } catch (error) {
        signal.throwIfAborted()
        // numbers go on without their texts; waiting for an embedder would hold up everything
        metrics.lost('no_texts', looked.length)
        logger.warn({ err: error, service }, 'Texts could not be looked at by monitors.')
      }
    }
  }
  return found
}

/** Slices by release or arm, and evaluations of one release, have to know which one it was. */
function opinionsWithSides(
  entries: readonly WaitingEntry[],
  byService: ReadonlyMap<string, readonly LoadedMonitor[]>,
): string[] {
  const needsSide = ({ declared: { config, streams } }: LoadedMonitor): boolean =>
    config.slices.includes('release') ||
    config.slices.includes('arm') ||
    streams.some(({ config: stream }) => stream.kind === 'score' && stream.reference !== undefined)
  return entries.flatMap(entry =>
    entry.kind !== 'inference' && byService.get(entry.service)?.some(needsSide)
      ? entry.items.map(({ id }) => id)
      : [],
  )
}
