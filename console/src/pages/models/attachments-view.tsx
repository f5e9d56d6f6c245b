import { Table } from '@mantine/core'
import { attachmentHref, type ModelPlace, useAttachmentText } from '../../api/models.ts'
import type { ModelAttachment, ModelVersionDetail } from '../../api/types.ts'
import { prettyIfJson } from '../../format/json.ts'
import { formatBytes } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Markdown } from '../../parts/markdown.tsx'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useSearch, withSearch } from '../../routing/location.ts'
import { ProofPanel } from './proof-panel.tsx'

const mostShownBytes = 1024 * 1024

interface Props {
  readonly place: ModelPlace
  readonly version: ModelVersionDetail
}

/** Files that say something of a version: its card as it is meant to be read, the others as they are. */
export function AttachmentsView({ place, version }: Props) {
  const asked = useSearch().get('attachment')
  const { attachments } = version
  const shown =
    attachments.find(({ id }) => id === asked) ??
    attachments.find(({ kind, name }) => kind === 'card' && name.endsWith('.md')) ??
    attachments[0]
  if (shown === undefined)
    return (
      <div className="stack">
        <ProofPanel place={place} version={version} />
        <Panel>
          <Empty icon="audit" title="Nothing is attached">
            Card, bill of materials and signature say something of a version and do not change its digest.
          </Empty>
        </Panel>
      </div>
    )
  return (
    <div className="stack">
      <ProofPanel place={place} version={version} />
      <AttachmentTable place={place} version={version} chosen={shown.id} />
      <Panel title={shown.name}>
        {shown.bytes > mostShownBytes ? (
          <p className="quiet">It is too large to be shown here; its name above fetches it.</p>
        ) : (
          <Content place={place} version={version} attachment={shown} />
        )}
      </Panel>
    </div>
  )
}

function AttachmentTable({ place, version, chosen }: Props & { readonly chosen: string }) {
  return (
    <Panel isFlush title="Attachments">
      <ScrollRegion className="scroll-x" label="Attachments">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Kind</Table.Th>
              <Table.Th>Name</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th>Attached</Table.Th>
              <Table.Th aria-label="Actions" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {version.attachments.map(one => (
              <Table.Tr key={one.id}>
                <Table.Td data-label="Kind">{one.kind}</Table.Td>
                <Table.Td data-label="Name">
                  <a href={attachmentHref(place, String(version.number), one.id)} download>
                    {one.name}
                  </a>
                </Table.Td>
                <Table.Td data-label="Size" ta="right">
                  {formatBytes(one.bytes)}
                </Table.Td>
                <Table.Td data-label="Attached">
                  {one.author}, <TimeAgo iso={one.created_at} />
                </Table.Td>
                <Table.Td ta="right">
                  {one.id === chosen ? (
                    <span className="quiet">shown below</span>
                  ) : (
                    <a
                      href={withSearch(window.location, { attachment: one.id })}
                      aria-label={`Show ${one.name}`}
                    >
                      Show
                    </a>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </Panel>
  )
}

function Content({ place, version, attachment }: Props & { readonly attachment: ModelAttachment }) {
  const text = useAttachmentText(place, String(version.number), attachment.id)
  return (
    <Loaded query={text} height={240}>
      {known =>
        attachment.name.endsWith('.md') || attachment.media_type === 'text/markdown' ? (
          <Markdown text={known} label={attachment.name} />
        ) : (
          <ScrollRegion className="attachment-text" label={attachment.name}>
            <pre>{prettyIfJson(known) ?? known}</pre>
          </ScrollRegion>
        )
      }
    </Loaded>
  )
}
