/** A stream of what a generator gives, text as UTF-8; the generator is ended when nobody reads on. */
export function streamOf(pieces: AsyncGenerator<Uint8Array | string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { value, done } = await pieces.next()
        if (done === true) return controller.close()
        // an empty piece would be asked for again and again
        if (value.length > 0)
          return controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value)
      }
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}
