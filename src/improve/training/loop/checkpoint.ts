import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Weights } from '../model/weights.ts'
import type { Moments } from './adamw.ts'

/** All that a run needs to go on as if it had never stopped: of what is trained, weights and moments. */
export interface Checkpoint {
  readonly step: number
  readonly tokensSeen: number
  readonly weights: Weights
  readonly moments: Moments
}

const magic = 'SLIPWAY1'

/** `best` is kept beside the last one where a run may end early. */
export type CheckpointName = 'checkpoint' | 'best'

/** Replaces the directory's checkpoint; a crash at any moment leaves the old one or the new one, whole. */
export async function writeCheckpoint(
  directory: string,
  checkpoint: Checkpoint,
  name: CheckpointName = 'checkpoint',
): Promise<void> {
  const { step, tokensSeen, weights, moments } = checkpoint
  const head = Buffer.alloc(magic.length + 16)
  head.write(magic)
  head.writeDoubleLE(step, magic.length)
  head.writeDoubleLE(tokensSeen, magic.length + 8)
  const arrays = [...weights, ...moments.first, ...moments.second]
  const path = join(directory, `${name}.bin`)
  const file = await open(`${path}.part`, 'w')
  try {
    await file.write(head)
    for (const array of arrays)
      await file.write(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}

/**
 * The directory's checkpoint of arrays of those sizes, `null` where there is none; throws `conflict` where it is of another
 * shape or broken.
 */
export async function readCheckpoint(
  directory: string,
  sizes: readonly number[],
  name: CheckpointName = 'checkpoint',
): Promise<Checkpoint | null> {
  const path = join(directory, `${name}.bin`)
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (bytes === null) return null
  const headBytes = magic.length + 16
  const expectedBytes = headBytes + sizes.reduce((sum, size) => sum + size, 0) * 12
  if (bytes.toString('latin1', 0, magic.length) !== magic || bytes.length !== expectedBytes) {
    throw new Failure(
      'conflict',
      `The checkpoint ${path} is not of this model (${bytes.length} bytes, ${expectedBytes} expected). Remove it or train in another directory.`,
    )
  }
  let offset = headBytes
  const take = (): Weights =>
    sizes.map(size => {
      const array = new Float32Array(size)
      new Uint8Array(array.buffer).set(bytes.subarray(offset, offset + size * 4))
      offset += size * 4
      return array
    })
  return {
    step: bytes.readDoubleLE(magic.length),
    tokensSeen: bytes.readDoubleLE(magic.length + 8),
    weights: take(),
    moments: { first: take(), second: take() },
  }
}
