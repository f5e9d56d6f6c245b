import { Button, Checkbox, Group, Modal, Select, Stack } from '@mantine/core'
import { useState } from 'react'
import { useCreateDriftReport } from '../../api/drift.ts'
import { useServices } from '../../api/queries.ts'
import { Problem } from '../../parts/problem.tsx'
import { navigate } from '../../routing/location.ts'
import { useHref } from '../../routing/scope.ts'

const hourMs = 3_600_000
const spans = { '1': 'hour', '24': 'day', '168': 'week' } as const

/** The newest traffic of a service against as much, or a week, before it. */
export function CompareDialog(props: {
  readonly service: string | undefined
  readonly tenant: string | undefined
  readonly onClose: () => void
}) {
  const services = useServices().data ?? []
  const [service, setService] = useState(props.service ?? services[0]?.name ?? null)
  const [hours, setHours] = useState('24')
  const [before, setBefore] = useState('168')
  const [hasTexts, setHasTexts] = useState(false)
  const create = useCreateDriftReport()
  const href = useHref()
  const compare = (): void => {
    if (service === null) return
    const now = Date.now()
    const at = (hoursAgo: number): string => new Date(now - hoursAgo * hourMs).toISOString()
    const middle = Number(hours)
    create.mutate(
      {
        reference: { service, since: at(middle + Number(before)), until: at(middle) },
        current: { service, since: at(middle), until: at(0) },
        ...(hasTexts && { texts: true }),
        ...(props.tenant !== undefined && { tenant: props.tenant }),
      },
      { onSuccess: ({ id }) => navigate(href(`/drift/${id}`)) },
    )
  }
  const data = Object.entries(spans).map(([value, label]) => ({ value, label }))
  return (
    <Modal opened onClose={props.onClose} title="Compare traffic">
      <Stack>
        {create.error && <Problem error={create.error} />}
        <Select
          label="Service"
          data={services.map(({ name }) => name)}
          value={service}
          onChange={setService}
        />
        <Select
          label="What is: the last"
          data={data}
          value={hours}
          allowDeselect={false}
          onChange={value => setHours(value ?? '24')}
        />
        <Select
          label="Against: before that, a"
          data={data}
          value={before}
          allowDeselect={false}
          onChange={value => setBefore(value ?? '168')}
        />
        <Checkbox
          label="Also what was asked and answered, where it is kept"
          checked={hasTexts}
          onChange={event => setHasTexts(event.currentTarget.checked)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Leave it
          </Button>
          <Button disabled={service === null} loading={create.isPending} onClick={compare}>
            Compare
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
