import { describe, expect, it } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase } from '../../../../test/database.ts'
import { createLogger, createMetricsRegistry } from '../../../foundation/platform/index.ts'
import { createTraces } from '../../traces/index.ts'
import { sampleInference } from '../../traces/sample-inference.ts'
import { layTraffic } from './lay-traffic.ts'

const asks = (content: string) => ({
  request: { messages: [{ role: 'user', content }] },
  response: { choices: [{ message: { role: 'assistant', content: 'Yes.' } }] },
})

describe('layTraffic', () => {
  it('lays numbers of all inferences, and no texts of those that refuse training', async () => {
    await using test = await createTestDatabase()
    const folder = await mkdtemp(path.join(tmpdir(), 'slipway-traffic-'))
    const traces = createTraces({
      database: test.database,
      logger: createLogger({ level: 'silent' }),
      metrics: createMetricsRegistry(),
      options: { retentionDays: () => 60, intervalMs: 5 },
    })
    try {
      traces.record(sampleInference({ content: asks('where is my parcel') }))
      traces.record(sampleInference({ content: asks('nobody may learn this'), noTraining: 'store' }))
      expect(await traces.flush(30_000)).toBe(true)
      const file = path.join(folder, 'rows.jsonl')
      const laid = await layTraffic(
        test.database,
        { tenant: undefined, service: 'support', sinceMs: 0, untilMs: Date.now() + 60_000 },
        {
          file,
          mostRows: 10,
          hasTexts: true,
          seed: '0',
          signal: AbortSignal.timeout(60_000),
          progress: () => undefined,
        },
      )
      const rows = (await readFile(file, 'utf8'))
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Record<string, unknown>)
      expect([laid.total, rows.length]).toEqual([2, 2])
      expect(rows.map(row => [row['latency_ms'], row['question'], row['answer']])).toEqual([
        [200, 'where is my parcel', 'Yes.'],
        [200, undefined, undefined],
      ])
    } finally {
      await traces.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
