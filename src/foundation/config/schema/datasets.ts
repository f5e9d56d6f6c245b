import { z } from 'zod'

export const datasets = z
  .strictObject({
    workers: z
      .int()
      .min(1)
      .max(32)
      .default(2)
      .describe(
        'Processes that work on data, at most; with two or more, one is kept free for pages of rows and queries.',
      ),
    memoryMegabytes: z
      .int()
      .min(128)
      .max(1_000_000)
      .default(640)
      .describe('What one of them may hold of data in memory; beyond it, it spills to the data folder.'),
    threads: z.int().min(1).max(256).default(2).describe('Threads of each.'),
    spillMegabytes: z
      .int()
      .min(0)
      .max(10_000_000)
      .default(20_000)
      .describe('What one of them may spill to disk.'),
    cacheMegabytes: z
      .int()
      .min(0)
      .max(10_000_000)
      .default(10_000)
      .describe('Rows of versions that are kept in the data folder, beside the object store; 0 keeps none.'),
    uploadMegabytes: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(20_000)
      .describe('How large a file may be that is sent to be imported.'),
    queryTimeoutSeconds: z.int().min(1).max(3_600).default(30).describe('After which a query is stopped.'),
    queryRows: z.int().min(1).max(1_000_000).default(10_000).describe('Rows that a query may answer with.'),
    garbageGraceHours: z
      .number()
      .min(0)
      .max(8_760)
      .default(24)
      .describe('How long what nothing refers to is kept before it is collected.'),
    taskRetentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(30)
      .describe('How long tasks that have ended are listed.'),
  })
  .describe('Versions of datasets, and what works on them.')

export type DatasetsConfig = z.output<typeof datasets>
