import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { Icon } from './icon.tsx'
import { ScrollRegion } from './scroll-region.tsx'

export function Copy({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <CopyButton value={text} timeout={1_500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : label}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={copied ? 'Copied' : label}
            onClick={copy}
          >
            <Icon name={copied ? 'check' : 'copy'} size={15} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}

/** An id or hash: monospaced, shortened in the middle of a line, copied whole. */
export function Identifier({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <span className="identifier">
      <code title={text}>{text}</code>
      <Copy text={text} label={`Copy ${label}`} />
    </span>
  )
}

/** Code to paste elsewhere. */
export function Snippet({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="snippet">
      <ScrollRegion className="snippet-text" label={label}>
        <pre>
          <code>{text}</code>
        </pre>
      </ScrollRegion>
      <Copy text={text} label={`Copy ${label}`} />
    </div>
  )
}
