import { Button, Popover, Select, Stack, TextInput, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useServices, useTenants } from '../api/queries.ts'
import type { Me } from '../api/types.ts'
import { formatExact, toLocalInput } from '../format/time.ts'
import { Icon } from '../parts/icon.tsx'
import { changeSearch } from '../routing/location.ts'
import { instants, lengthMs, type Preset, presets, type Range, writeRange } from '../routing/range.ts'
import { useScope } from '../routing/scope.ts'

/** The time range, tenant and service that every page reads from the address. */
export function ScopeBar({ me }: { readonly me: Me }) {
  const scope = useScope()
  const services = useServices()
  const tenants = useTenants(me.tenant === null)
  const serviceNames = withChosen(services.data?.map(service => service.name) ?? [], scope.service)
  const tenantNames = withChosen(tenants.data?.map(tenant => tenant.id) ?? [], scope.tenant)
  return (
    <fieldset className="scope" aria-label="Show">
      <RangePicker range={scope.range} />
      <Select
        aria-label="Service"
        placeholder="All services"
        data={serviceNames}
        value={scope.service ?? null}
        onChange={value => changeSearch({ service: value ?? undefined })}
        clearable
        searchable={serviceNames.length > 8}
        size="xs"
        className="scope-select"
      />
      {me.tenant === null && tenantNames.length > 0 && (
        <Select
          aria-label="Tenant"
          placeholder="All tenants"
          data={tenantNames}
          value={scope.tenant ?? null}
          onChange={value => changeSearch({ tenant: value ?? undefined })}
          clearable
          searchable={tenantNames.length > 8}
          size="xs"
          className="scope-select"
        />
      )}
    </fieldset>
  )
}

function withChosen(names: readonly string[], chosen: string | undefined): string[] {
  return chosen === undefined || names.includes(chosen) ? [...names] : [...names, chosen]
}

function rangeLabel(range: Range): string {
  if (range.kind === 'last') return presets[range.preset].label
  return `${shortInstant(range.since)} – ${shortInstant(range.until)}`
}

function shortInstant(iso: string): string {
  return toLocalInput(Date.parse(iso)).replace('T', ' ').slice(5)
}

function startMs(range: Range): number {
  return Date.parse(instants(range, Date.now()).since)
}

function RangePicker({ range }: { readonly range: Range }) {
  const [isOpen, setIsOpen] = useState(false)
  const choose = (next: Range) => {
    changeSearch(writeRange(next))
    setIsOpen(false)
  }
  const title =
    range.kind === 'between' ? `${formatExact(range.since)} – ${formatExact(range.until)}` : rangeLabel(range)
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="clock" size={15} />}
          title={title}
          aria-label={`Time range: ${rangeLabel(range)}`}
          onClick={() => setIsOpen(!isOpen)}
        >
          {rangeLabel(range)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="range">
        <div className="range-presets">
          {(Object.keys(presets) as Preset[]).map(preset => (
            <UnstyledButton
              key={preset}
              className="range-preset"
              aria-pressed={range.kind === 'last' && range.preset === preset}
              onClick={() => choose({ kind: 'last', preset })}
            >
              {presets[preset].label}
            </UnstyledButton>
          ))}
        </div>
        <BetweenForm range={range} onChoose={choose} />
      </Popover.Dropdown>
    </Popover>
  )
}

function BetweenForm({
  range,
  onChoose,
}: {
  readonly range: Range
  readonly onChoose: (range: Range) => void
}) {
  const [since, setSince] = useState(() => toLocalInput(startMs(range)))
  const [until, setUntil] = useState(() => toLocalInput(startMs(range) + lengthMs(range)))
  const isValid = Date.parse(since) < Date.parse(until)
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        if (!isValid) return
        const instant = (local: string) => new Date(local).toISOString()
        onChoose({ kind: 'between', since: instant(since), until: instant(until) })
      }}
    >
      <Stack gap="xs">
        <TextInput
          type="datetime-local"
          size="xs"
          label="From"
          value={since}
          onChange={event => setSince(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          size="xs"
          label="To"
          value={until}
          onChange={event => setUntil(event.currentTarget.value)}
          error={isValid ? undefined : 'must be later than From'}
        />
        <Button type="submit" size="xs" disabled={!isValid}>
          Show
        </Button>
      </Stack>
    </form>
  )
}
