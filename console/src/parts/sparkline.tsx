/** The path of a line that fills a box, left to right, drawn across places without a number. */
export function sparklinePath(values: readonly (number | null)[], width: number, height: number): string {
  const known = values.filter(value => value !== null)
  const top = Math.max(...known, 0)
  if (known.length < 2 || top === 0) return ''
  const step = width / Math.max(values.length - 1, 1)
  let path = ''
  let isDown = false
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const x = (index * step).toFixed(1)
    const y = (height - (value / top) * (height - 2) - 1).toFixed(1)
    path += `${isDown ? 'L' : 'M'}${x} ${y}`
    isDown = true
  }
  return path
}

/** The shape of a series, without axes; the number beside it says how much. */
export function Sparkline({ values }: { readonly values: readonly (number | null)[] }) {
  const width = 120
  const height = 28
  const path = sparklinePath(values, width, height)
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {path === '' ? (
        <path className="sparkline-flat" d={`M0 ${height - 1}H${width}`} />
      ) : (
        <>
          <path className="sparkline-fill" d={`${path}L${width} ${height}L0 ${height}Z`} />
          <path className="sparkline-line" d={path} />
        </>
      )}
    </svg>
  )
}
