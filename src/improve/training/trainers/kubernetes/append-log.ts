import { open } from 'node:fs/promises'

const mostBytes = 16_777_216

/** The log of one try, from its beginning: a Job that is found again tells all that it has printed. */
export async function appendLog(
  file: string,
): Promise<{ readonly write: (text: string) => void; readonly close: () => Promise<void> }> {
  const handle = await open(file, 'w', 0o600)
  let written = 0
  let writing: Promise<unknown> = Promise.resolve()
  return {
    write(text) {
      writing = writing.then(async () => {
        if (written > mostBytes) {
          await handle.truncate(0)
          written = 0
        }
        const { bytesWritten } = await handle.write(text, written)
        written += bytesWritten
      })
    },
    async close() {
      await writing.catch(() => undefined)
      await handle.close()
    },
  }
}
