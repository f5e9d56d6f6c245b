import { Button, Group, Modal, Stack, Table, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useMe, useUnmask } from '../../api/queries.ts'
import type { InferenceDetail } from '../../api/types.ts'
import { Problem } from '../../parts/problem.tsx'

const shortestReason = 10

/** How the content was made fit to be kept, and the way to the values behind its placeholders for who may. */
export function Masking({ inference }: { readonly inference: InferenceDetail }) {
  const mayUnmask = useMe().data?.permissions.includes('conversation:unmask') ?? false
  const [isOpen, setOpen] = useState(false)
  const masking = inference.content?.masking
  if (masking === undefined) return null
  if (masking === 'none') return <p className="footnote">Kept as it was: nothing of it is masked.</p>
  return (
    <Group justify="space-between" gap="xs">
      <p className="footnote">
        {masking === 'policy' ? 'Masked by its policy: the model saw no more.' : 'Masked before it was kept.'}
      </p>
      {mayUnmask && (
        <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
          Show values…
        </Button>
      )}
      <UnmaskDialog inference={inference} isOpen={isOpen} onClose={() => setOpen(false)} />
    </Group>
  )
}

function UnmaskDialog(props: {
  readonly inference: InferenceDetail
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  const { inference, isOpen, onClose } = props
  const unmask = useUnmask()
  const [reason, setReason] = useState('')
  const close = () => {
    unmask.reset()
    setReason('')
    onClose()
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="Values behind placeholders"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {unmask.data ? (
        <Values values={unmask.data.data} />
      ) : (
        <Stack gap="md">
          <p>
            You will see what this conversation had masked. That you looked, and why, is written down first
            and stays in the audit log.
          </p>
          <Textarea
            label="Reason"
            placeholder="Which complaint, incident or request it is for"
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
            minRows={2}
            autosize
            data-autofocus
          />
          {unmask.error && <Problem error={unmask.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Leave it masked
            </Button>
            <Button
              color="red"
              loading={unmask.isPending}
              disabled={reason.trim().length < shortestReason}
              onClick={() =>
                unmask.mutate({
                  tenant: inference.tenant,
                  conversation: inference.conversation_id ?? inference.id,
                  key_id: inference.key_id,
                  reason: reason.trim(),
                })
              }
            >
              Show values
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

function Values(props: {
  readonly values: readonly { readonly placeholder: string; readonly value: string | null }[]
}) {
  if (props.values.length === 0)
    return (
      <p className="quiet">
        No value is kept: all of it was secret, is past retention, or nothing was masked.
      </p>
    )
  return (
    <div className="scroll-x">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Placeholder</Table.Th>
            <Table.Th>Value</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.values.map(({ placeholder, value }) => (
            <Table.Tr key={placeholder}>
              <Table.Td data-label="Placeholder">
                <code>{placeholder}</code>
              </Table.Td>
              <Table.Td data-label="Value">
                {value ?? <span className="quiet">lost with its key</span>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
