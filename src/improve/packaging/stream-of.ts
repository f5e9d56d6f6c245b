/** A stream of what a generator gives; it is ended when nobody reads on. */
export function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const next = await pieces.next()
        if (next.done === true) return controller.close()
        // an empty piece would be asked for again and again
        if (next.value.byteLength > 0) return controller.enqueue(next.value)
      }
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}
