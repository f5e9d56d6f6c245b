import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

/** Something the reader should know before all else on the page. */
export function Notice(props: {
  readonly tone: 'bad' | 'warn'
  readonly title: string
  readonly children?: ReactNode
}) {
  return (
    <div className="notice" data-tone={props.tone} role="alert">
      <Icon name="warning" />
      <div>
        <p className="notice-title">{props.title}</p>
        {props.children}
      </div>
    </div>
  )
}
