import { Button, Group, Modal, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRevision, useRollBack } from '../../api/queries.ts'
import type { Revision } from '../../api/types.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Problem } from '../../parts/problem.tsx'
import { diffLines, nearChanges } from './diff-lines.ts'

/** What would change if a revision came into force again, and the button that does it. */
export function RevisionDialog(props: {
  readonly revision: Revision | undefined
  readonly inForce: number | null
  readonly mayRollBack: boolean
  readonly onClose: () => void
}) {
  const { revision, inForce, onClose } = props
  const wanted = useRevision(revision?.revision)
  const current = useRevision(revision && (inForce ?? undefined))
  const rollBack = useRollBack()
  const close = () => {
    rollBack.reset()
    onClose()
  }
  return (
    <Modal
      opened={revision !== undefined}
      onClose={close}
      size="xl"
      title={`Revision ${revision?.revision ?? ''}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {revision && (
        <Stack gap="md">
          <Loaded query={wanted} height={200}>
            {({ text }) =>
              current.data === undefined || revision.revision === inForce ? (
                <pre className="code diff">{text}</pre>
              ) : (
                <Difference before={current.data.text} after={text} />
              )
            }
          </Loaded>
          {rollBack.error && <Problem error={rollBack.error} />}
          {props.mayRollBack && revision.revision !== inForce && (
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close} data-autofocus>
                Leave it
              </Button>
              <Button
                color="red"
                loading={rollBack.isPending}
                onClick={() =>
                  rollBack.mutate(revision.revision, {
                    onSuccess: made => {
                      notifications.show({ message: `Revision ${made.revision} is in force` })
                      close()
                    },
                  })
                }
              >
                Put it in force on all replicas
              </Button>
            </Group>
          )}
        </Stack>
      )}
    </Modal>
  )
}

const marks = { same: ' ', removed: '−', added: '+' } as const

function Difference({ before, after }: { readonly before: string; readonly after: string }) {
  const lines = nearChanges(diffLines(before, after), 3)
  if (lines.every(line => line?.kind === 'same' || line === undefined))
    return <p className="quiet">It says what is in force now.</p>
  return (
    <>
      <p className="quiet">What would change against what is in force now:</p>
      <pre className="code diff" aria-label="Changes">
        {lines.map((line, index) => (
          <span key={index} data-kind={line?.kind ?? 'gap'}>
            {line ? `${marks[line.kind]} ${line.text}` : '  ⋯'}
            {'\n'}
          </span>
        ))}
      </pre>
    </>
  )
}
