import { Group, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'

/** The head of a page: its name, one line on what it is for, and what can be done on it. */
export function PageHead(props: {
  readonly title: string
  readonly lead?: ReactNode
  readonly children?: ReactNode
}) {
  useEffect(() => {
    document.title = `${props.title} · Slipway`
  }, [props.title])
  return (
    <Group justify="space-between" align="flex-end" gap="md" mb="lg" className="page-head">
      <div>
        <Title order={1}>{props.title}</Title>
        {props.lead !== undefined && <p className="lead">{props.lead}</p>}
      </div>
      {props.children !== undefined && <Group gap="xs">{props.children}</Group>}
    </Group>
  )
}

/** A bordered part of a page. */
export function Panel(props: {
  readonly title?: string
  readonly side?: ReactNode
  readonly isFlush?: boolean
  readonly children: ReactNode
}) {
  return (
    <section className="panel" aria-label={props.title}>
      {props.title !== undefined && (
        <header className="panel-head">
          <h2>{props.title}</h2>
          {props.side}
        </header>
      )}
      <div className={props.isFlush === true ? 'panel-flush' : 'panel-body'}>{props.children}</div>
    </section>
  )
}
