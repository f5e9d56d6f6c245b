/** The mark of the product: a hull on its way down the slip. */
export function Mark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="2.5 4 19 19"
      aria-hidden="true"
      focusable="false"
      className="icon"
    >
      <path d="M3 8.5h14.5L14 15H8.2A6 6 0 0 1 3 8.5Z" fill="var(--accent)" />
      <path d="M3 15.5 21 21" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
    </svg>
  )
}
