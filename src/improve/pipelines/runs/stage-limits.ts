import type { PipelinesConfig } from '../../../foundation/config/index.ts'
import type { StageText } from '../declaration/pipeline-schema.ts'
import type { StageLimits } from '../stage-kind.ts'

/** What a stage may use: what it says, and no more than the configuration lets a command have. */
export function limitsOf(
  { resources, timeout }: Pick<StageText, 'resources' | 'timeout'>,
  { commands: { mostMemoryMegabytes, mostDiskMegabytes } }: Pick<PipelinesConfig, 'commands'>,
): StageLimits {
  const { memory, cpuTime, cpu, gpus, disk } = resources
  return {
    timeoutMs: timeout,
    memoryBytes: Math.min(memory ?? Infinity, mostMemoryMegabytes * 1_048_576),
    cpuSeconds: cpuTime === undefined ? undefined : cpuTime / 1_000,
    cpu,
    gpus,
    diskBytes: Math.min(disk ?? Infinity, mostDiskMegabytes * 1_048_576),
  }
}
