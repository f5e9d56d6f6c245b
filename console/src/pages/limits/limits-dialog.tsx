import { ActionIcon, Button, Group, Modal, NumberInput, Select, Stack } from '@mantine/core'
import { useRef, useState } from 'react'
import { useKeys, useRemoveLimits, useServices, useSetLimits, useTenants } from '../../api/queries.ts'
import type { ScopeLimits } from '../../api/types.ts'
import { Icon } from '../../parts/icon.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useFocusOnMount } from '../../parts/use-focus-on-mount.ts'
import { describeRule } from './describe-rule.ts'
import { firstRow, kinds, type Kind, type LimitRow, toBody, toRows, windows } from './limit-rows.ts'
import type { Edited } from './limits-address.ts'

type ScopeName = ScopeLimits['scope']

/** Sets the limits of one scope, or of one that is chosen here; `limits` are those it has, where there are any. */
export function LimitsDialog(props: {
  readonly edited: Edited
  readonly limits: ScopeLimits | undefined
  readonly onClose: () => void
}) {
  const { edited, limits, onClose } = props
  const isNew = edited === 'new'
  const [scope, setScope] = useState<ScopeName>(isNew ? 'tenant' : edited.scope)
  const [id, setId] = useState<string | null>(isNew ? null : edited.id)
  const [isRemoving, setIsRemoving] = useState(false)
  const [rows, setRows] = useState<readonly LimitRow[]>(limits ? toRows(limits) : [firstRow])
  const set = useSetLimits()
  const remove = useRemoveLimits()
  const body = toBody(rows)
  const change = (at: number, part: Partial<LimitRow>) =>
    setRows(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={isNew ? 'Set limits' : `Limits of ${edited.scope} ${edited.id}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {isNew && <ChooseScope scope={scope} id={id} onScope={setScope} onId={setId} />}
        {rows.map((row, index) => (
          <RowFields
            // oxlint-disable-next-line react/no-array-index-key -- rows have nothing else that stays
            key={index}
            row={row}
            onChange={part => change(index, part)}
            onRemove={() => setRows(rows.filter((_, other) => other !== index))}
          />
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setRows([...rows, firstRow])}
          >
            Another
          </Button>
        </Group>
        {body === undefined && <p className="quiet">Say how much in each row, more than 0.</p>}
        {(set.error ?? remove.error) && <Problem error={set.error ?? remove.error} />}
        {limits && isRemoving ? (
          <ConfirmRemoval
            limits={limits}
            isPending={remove.isPending}
            onKeep={() => setIsRemoving(false)}
            onRemove={() => remove.mutate(limits, { onSuccess: onClose })}
          />
        ) : (
          <Group justify="flex-end" gap="xs">
            {limits && (
              <Button variant="default" onClick={() => setIsRemoving(true)}>
                Remove all
              </Button>
            )}
            <Button
              loading={set.isPending}
              disabled={id === null || body === undefined}
              onClick={() => id !== null && body && set.mutate({ scope, id, body }, { onSuccess: onClose })}
            >
              Put in force
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  )
}

/** Names what removing will change, and asks once. */
function ConfirmRemoval(props: {
  readonly limits: ScopeLimits
  readonly isPending: boolean
  readonly onKeep: () => void
  readonly onRemove: () => void
}) {
  const { scope, id, rules } = props.limits
  const keep = useRef<HTMLButtonElement>(null)
  useFocusOnMount(keep)
  return (
    <Stack gap="sm">
      <p>
        The {scope} {id} is no longer bound by {rules.map(describeRule).join('; ')}. What was spent stays in
        the ledger; limits of slipway.yaml go on holding.
      </p>
      <Group justify="flex-end" gap="xs">
        <Button ref={keep} variant="default" onClick={props.onKeep}>
          Keep them
        </Button>
        <Button color="red" loading={props.isPending} onClick={props.onRemove}>
          Remove the limits
        </Button>
      </Group>
    </Stack>
  )
}

function ChooseScope(props: {
  readonly scope: ScopeName
  readonly id: string | null
  readonly onScope: (scope: ScopeName) => void
  readonly onId: (id: string | null) => void
}) {
  const tenants = useTenants()
  const services = useServices()
  const keys = useKeys(undefined)
  const known: Readonly<Record<ScopeName, { value: string; label: string }[]>> = {
    tenant: tenants.data?.map(({ id }) => ({ value: id, label: id })) ?? [],
    service: services.data?.map(({ name }) => ({ value: name, label: name })) ?? [],
    key: keys.data?.map(({ id, name, prefix }) => ({ value: id, label: `${name} (${prefix}…)` })) ?? [],
  }
  return (
    <Group grow>
      <Select
        label="Of a"
        allowDeselect={false}
        data={['tenant', 'key', 'service']}
        value={props.scope}
        onChange={value => {
          props.onScope(value === 'key' || value === 'service' ? value : 'tenant')
          props.onId(null)
        }}
      />
      <Select label="Which" searchable data={known[props.scope]} value={props.id} onChange={props.onId} />
    </Group>
  )
}

function RowFields(props: {
  readonly row: LimitRow
  readonly onChange: (part: Partial<LimitRow>) => void
  readonly onRemove: () => void
}) {
  const { row, onChange } = props
  const isBudget = row.kind === 'hard' || row.kind === 'soft'
  return (
    <div className="limit-row">
      <Select
        label="What"
        allowDeselect={false}
        data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
        value={row.kind}
        onChange={value => value !== null && isKind(value) && onChange({ kind: value })}
      />
      <NumberInput
        label="How much"
        min={0}
        decimalScale={isBudget ? 6 : 0}
        value={row.amount ?? ''}
        onChange={value => onChange({ amount: typeof value === 'number' ? value : undefined })}
      />
      {row.kind !== 'concurrent' && (
        <Select
          label="In each"
          allowDeselect={false}
          data={windows}
          value={row.per}
          onChange={value => onChange({ per: windows.find(one => one === value) ?? 'month' })}
        />
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label="Remove this limit"
        onClick={props.onRemove}
      >
        <Icon name="close" size={16} />
      </ActionIcon>
    </div>
  )
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(kinds, text)
}
