import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Snippet } from './copy.tsx'

/** Nothing here yet: one line on what would fill it, and the command or button that does. */
export function Empty(props: {
  readonly icon: IconName
  readonly title: string
  readonly children?: ReactNode
  readonly command?: string
}) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={props.icon} size={22} />
      </span>
      <p className="empty-title">{props.title}</p>
      {props.children !== undefined && <div className="empty-text">{props.children}</div>}
      {props.command !== undefined && <Snippet text={props.command} label="command" />}
    </div>
  )
}
