import { Button, Group, Modal, MultiSelect, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useCreateKey, useServices, useTenants } from '../../api/queries.ts'
import { type Me, type Role, roles } from '../../api/types.ts'
import { Copy } from '../../parts/copy.tsx'
import { Problem } from '../../parts/problem.tsx'

const about: Readonly<Record<Role, string>> = {
  service: 'Calls models and gives feedback; nothing else. For applications.',
  developer: 'Calls models, sees inferences, services and configuration.',
  operator: 'All that a developer may, and runs engines and keys.',
  reviewer: 'Sees inferences and gives feedback; calls nothing.',
  auditor: 'Sees everything, changes nothing, calls nothing.',
  owner: 'May do everything.',
}

const expiries = [
  { value: '', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
]

const dayMs = 86_400_000

export function CreateKeyDialog(props: {
  readonly me: Me
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  const create = useCreateKey()
  const close = () => {
    props.onClose()
    create.reset()
  }
  return (
    <Modal
      opened={props.isOpen}
      onClose={close}
      title={create.data ? 'Copy the key now' : 'Create a key'}
      closeOnClickOutside={!create.data}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {create.data ? (
        <Secret name={create.data.name} secret={create.data.secret} onClose={close} />
      ) : (
        <KeyForm me={props.me} create={create} onCancel={close} />
      )}
    </Modal>
  )
}

function KeyForm(props: {
  readonly me: Me
  readonly create: ReturnType<typeof useCreateKey>
  readonly onCancel: () => void
}) {
  const { me, create } = props
  const services = useServices()
  const tenants = useTenants()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('service')
  const [tenant, setTenant] = useState(me.tenant ?? '')
  const [chosen, setChosen] = useState<string[]>([])
  const [days, setDays] = useState('')
  const submit = () => {
    if (name.trim() === '') return
    const [first, ...others] = chosen
    create.mutate({
      name: name.trim(),
      role,
      tenant: tenant === '' ? null : tenant,
      ...(first !== undefined && { services: [first, ...others] satisfies [string, ...string[]] }),
      ...(days !== '' && { expires_at: new Date(Date.now() + Number(days) * dayMs).toISOString() }),
    })
  }
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          placeholder="What will use it, e.g. checkout"
          data-autofocus
          required
          withAsterisk={false}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Select
          label="Role"
          description={about[role]}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          data={roles.toReversed()}
          allowDeselect={false}
          value={role}
          onChange={value => setRole(roles.find(known => known === value) ?? 'service')}
        />
        <Select
          label="Tenant"
          data={[
            ...(me.tenant === null ? [{ value: '', label: 'The whole installation' }] : []),
            ...(tenants.data ?? []).map(({ id }) => ({ value: id, label: id })),
          ]}
          allowDeselect={false}
          value={tenant}
          onChange={value => setTenant(value ?? '')}
        />
        <MultiSelect
          label="Services"
          placeholder={chosen.length === 0 ? 'All services' : undefined}
          data={services.data?.map(service => service.name) ?? []}
          value={chosen}
          onChange={setChosen}
        />
        <Select
          label="Expires"
          data={expiries}
          allowDeselect={false}
          value={days}
          onChange={value => setDays(value ?? '')}
        />
        {create.error && <Problem error={create.error} />}
        <Group justify="flex-end" gap="xs" mt="xs">
          <Button variant="default" onClick={props.onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Secret(props: { readonly name: string; readonly secret: string; readonly onClose: () => void }) {
  return (
    <Stack gap="md">
      <p>
        This is the secret of <b>{props.name}</b>. It is shown this once; only its hash is kept.
      </p>
      <div className="secret">
        <code data-testid="secret">{props.secret}</code>
        <Copy text={props.secret} label="Copy key" />
      </div>
      <Group justify="flex-end">
        <Button onClick={props.onClose}>I have copied it</Button>
      </Group>
    </Stack>
  )
}
