import type { ReactNode } from 'react'

/** A part that scrolls by itself: it takes the focus, so that the arrow keys can move it. */
export function ScrollRegion(props: {
  readonly label: string
  readonly className: string
  readonly children: ReactNode
}) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- WCAG 2.1.1: scrolling must work by keyboard.
    <section className={props.className} aria-label={props.label} tabIndex={0}>
      {props.children}
    </section>
  )
}
