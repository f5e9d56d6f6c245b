import { open } from 'node:fs/promises'

const mostBytes = 4_194_304
const longestLine = 65_536

/** Gives the lines that are new in a file that grows; from its beginning where it was written anew. */
export function followLines(file: string): { read(): Promise<string[]> } {
  let offset = 0
  let identity = ''
  let rest = ''
  return {
    async read() {
      const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      if (!handle) return []
      try {
        const { ino, size } = await handle.stat()
        if (String(ino) !== identity || size < offset) {
          identity = String(ino)
          offset = 0
          rest = ''
        }
        const wanted = Math.min(mostBytes, size - offset)
        if (wanted <= 0) return []
        const buffer = Buffer.alloc(wanted)
        const { bytesRead } = await handle.read(buffer, 0, wanted, offset)
        offset += bytesRead
        // latin1 keeps bytes apart; a line is read as UTF-8 once it is whole
        const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n')
        rest = (lines.pop() ?? '').slice(0, longestLine + 1)
        return lines
          .filter(line => line.length > 0 && line.length <= longestLine)
          .map(line => Buffer.from(line, 'latin1').toString('utf8'))
      } finally {
        await handle.close()
      }
    },
  }
}
