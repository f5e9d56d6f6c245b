const longest = 160

/** A cell: short as it is, long or nested behind a summary that opens. */
export function CellText({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined) return <span className="quiet">null</span>
  const text =
    typeof value === 'string' ? value : JSON.stringify(value, null, typeof value === 'object' ? 1 : 0)
  if (text === '') return <span className="quiet">empty</span>
  if (text.length <= longest) return <span className="cell">{text}</span>
  return (
    <details className="cell">
      <summary>{text.slice(0, longest)}…</summary>
      <pre>{text}</pre>
    </details>
  )
}
