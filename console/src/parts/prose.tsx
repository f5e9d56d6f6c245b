/** A sentence of the server, which marks names with backticks. */
export function Prose({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) => {
    // Every second part stood between backticks; a sentence never changes its order.
    return index % 2 === 1 ? <code key={index}>{part}</code> : part
  })
}
