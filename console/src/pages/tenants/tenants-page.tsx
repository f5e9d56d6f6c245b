import { Button, Group, Modal, MultiSelect, Stack, Table, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useCreateTenant, useDeleteTenant, useMe, useServices, useTenants } from '../../api/queries.ts'
import type { Tenant } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'

export function TenantsPage() {
  const permissions = useMe().data?.permissions ?? []
  const tenants = useTenants()
  const [isCreating, setIsCreating] = useState(false)
  const [deleting, setDeleting] = useState<Tenant | undefined>()
  return (
    <>
      <PageHead
        title="Tenants"
        lead="The unit of isolation: each has its own keys and sees only its own inferences."
      >
        {permissions.includes('tenant:create') && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setIsCreating(true)}>
            Create tenant
          </Button>
        )}
      </PageHead>
      <Loaded query={tenants} height={240}>
        {known => (
          <Panel isFlush>
            {known.length === 0 ? (
              <Empty icon="tenants" title="No tenants yet" command="npm run slipway -- tenant create acme">
                Without one, everything belongs to <code>default</code>.
              </Empty>
            ) : (
              <TenantTable
                tenants={known}
                {...(permissions.includes('tenant:delete') && { onDelete: setDeleting })}
              />
            )}
          </Panel>
        )}
      </Loaded>
      <Modal
        opened={isCreating}
        onClose={() => setIsCreating(false)}
        title="Create a tenant"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <TenantForm onDone={() => setIsCreating(false)} />
      </Modal>
      <DeleteTenantDialog target={deleting} onClose={() => setDeleting(undefined)} />
    </>
  )
}

function TenantTable(props: {
  readonly tenants: readonly Tenant[]
  readonly onDelete?: (tenant: Tenant) => void
}) {
  const href = useHref()
  const { tenants, onDelete } = props
  return (
    <div className="scroll-x">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Tenant</Table.Th>
            <Table.Th>Services</Table.Th>
            <Table.Th>Declared in</Table.Th>
            <Table.Th>Created</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tenants.map(tenant => (
            <Table.Tr key={tenant.id}>
              <Table.Td data-label="Tenant">
                <a href={href(`/?tenant=${encodeURIComponent(tenant.id)}`)}>{tenant.id}</a>
                {tenant.name !== null && tenant.name !== tenant.id && (
                  <div className="quiet">{tenant.name}</div>
                )}
              </Table.Td>
              <Table.Td data-label="Services">
                {tenant.services === null ? 'all' : tenant.services.join(', ')}
              </Table.Td>
              <Table.Td data-label="Declared in">
                {tenant.source === 'file' ? 'the configuration' : 'the API'}
              </Table.Td>
              <Table.Td data-label="Created">
                <TimeAgo iso={tenant.created_at} />
              </Table.Td>
              <Table.Td ta="right">
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  <Button
                    variant="subtle"
                    color="gray"
                    size="compact-sm"
                    component="a"
                    href={href(`/keys?tenant=${encodeURIComponent(tenant.id)}`)}
                    aria-label={`Keys of ${tenant.id}`}
                  >
                    Keys
                  </Button>
                  <Button
                    variant="subtle"
                    color="gray"
                    size="compact-sm"
                    component="a"
                    href={href(`/limits?tenant=${encodeURIComponent(tenant.id)}`)}
                    aria-label={`Limits of ${tenant.id}`}
                  >
                    Limits
                  </Button>
                  {onDelete && tenant.source === 'api' && (
                    <Button
                      variant="subtle"
                      color="red"
                      size="compact-sm"
                      aria-label={`Delete ${tenant.id}`}
                      onClick={() => onDelete(tenant)}
                    >
                      Delete
                    </Button>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

const idPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/

function TenantForm({ onDone }: { readonly onDone: () => void }) {
  const [id, setId] = useState('')
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const services = useServices()
  const create = useCreateTenant()
  const isValid = idPattern.test(id)
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        if (!isValid) return
        create.mutate(
          {
            id,
            ...(name.trim() !== '' && { name: name.trim() }),
            ...(chosen.length > 0 && { services: chosen }),
          },
          { onSuccess: onDone },
        )
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Id"
          placeholder="acme"
          data-autofocus
          value={id}
          onChange={event => setId(event.currentTarget.value)}
          error={
            id === '' || isValid ? undefined : 'Use lower-case letters, digits, dots, dashes and underscores'
          }
        />
        <TextInput
          label="Name"
          placeholder="Acme Corporation"
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <MultiSelect
          label="Services"
          placeholder={chosen.length === 0 ? 'All services' : undefined}
          data={services.data?.map(service => service.name) ?? []}
          value={chosen}
          onChange={setChosen}
        />
        {create.error && <Problem error={create.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={!isValid}>
            Create tenant
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function DeleteTenantDialog(props: { readonly target: Tenant | undefined; readonly onClose: () => void }) {
  const { target, onClose } = props
  const remove = useDeleteTenant()
  const close = () => {
    remove.reset()
    onClose()
  }
  return (
    <Modal
      opened={target !== undefined}
      onClose={close}
      title={`Delete ${target?.id ?? 'tenant'}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {target && (
        <Stack gap="md">
          <p>
            All keys of <b>{target.id}</b> stop working at once. Its inferences and audit entries stay until
            their retention ends.
          </p>
          {remove.error && <Problem error={remove.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button
              color="red"
              loading={remove.isPending}
              onClick={() =>
                remove.mutate(target.id, {
                  onSuccess: () => {
                    notifications.show({ message: `${target.id} is deleted` })
                    close()
                  },
                })
              }
            >
              Delete tenant
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
