import { z } from 'zod'

const megabytes = (usual: number) => z.int().min(1).max(5_000).default(usual)

export const batches = z
  .strictObject({
    retentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(30)
      .describe('Days that a file is kept where its maker set no other end; then its bytes are deleted.'),
    maxConcurrency: z
      .int()
      .min(1)
      .max(1_000)
      .default(16)
      .describe(
        'Lines of one batch under way at once; after a crash at most these and their chunk are asked again.',
      ),
    maxLines: z.int().min(1).max(1_000_000).default(50_000).describe('Lines that a batch may have.'),
    maxFileMegabytes: megabytes(512).describe('The largest file that may be uploaded.'),
    maxInputMegabytes: megabytes(200).describe('The largest input of a batch.'),
  })
  .describe('Files and batches.')

export type BatchesConfig = z.output<typeof batches>
