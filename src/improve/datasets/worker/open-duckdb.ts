import type { DuckDBConnection } from '@duckdb/node-api'
import type { WorkerLimits } from './worker-protocol.ts'
import { listOf } from './sql.ts'

/** An empty DuckDB in memory: limited, and without the network or extensions to load. */
export async function openDuckdb(
  limits: WorkerLimits,
  spillFolder: string,
): Promise<{ readonly connection: DuckDBConnection; close(): void }> {
  // 70 MB of native code: only processes that open one load it, not the server that starts them
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${limits.memoryMegabytes}MiB`,
    threads: String(limits.threads),
    temp_directory: spillFolder,
    max_temp_directory_size: `${limits.spillMegabytes}MiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  // many questions are asked of the same files
  await connection.run('SET parquet_metadata_cache = true')
  return {
    connection,
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/**
 * From here on the connection reads these files, and what lies in these folders, and nothing else of the machine; no statement
 * can change that.
 */
export async function lockDown(
  connection: DuckDBConnection,
  files: readonly string[],
  folders: readonly string[] = [],
): Promise<void> {
  await connection.run(`SET allowed_paths = ${listOf(files)}`)
  await connection.run(`SET allowed_directories = ${listOf(folders)}`)
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
}
