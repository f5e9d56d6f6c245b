import {
  Button,
  CloseButton,
  NumberInput,
  Popover,
  SegmentedControl,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import type { InferenceFilter } from '../../api/queries.ts'
import { Icon } from '../../parts/icon.tsx'
import { countFilters } from '../../routing/inference-filter.ts'
import { changeSearch } from '../../routing/location.ts'

const outcomeChoices = [
  { value: '', label: 'All' },
  { value: 'ok', label: 'OK' },
  { value: 'error', label: 'Errors' },
  { value: 'aborted', label: 'Aborted' },
]

const shadowChoices = [
  { value: '', label: 'Left out' },
  { value: 'all', label: 'Among the others' },
  { value: 'only', label: 'Alone' },
]

const typingPauseMs = 300

export function FilterBar({ filter }: { readonly filter: InferenceFilter }) {
  const [text, setText] = useState(filter.q ?? '')
  const search = useDebouncedCallback((q: string) => changeSearch({ q }), typingPauseMs)
  const type = (q: string) => {
    setText(q)
    search(q)
  }
  return (
    <search className="filters">
      <SegmentedControl
        aria-label="Outcome"
        size="xs"
        data={outcomeChoices}
        value={filter.outcome ?? ''}
        onChange={outcome => changeSearch({ outcome })}
      />
      <TextInput
        aria-label="Search inferences"
        placeholder="A whole id, or part of an error"
        size="xs"
        className="filters-text"
        leftSection={<Icon name="search" size={14} />}
        rightSection={
          text === '' ? undefined : (
            <CloseButton size="xs" aria-label="Clear search" onClick={() => type('')} />
          )
        }
        value={text}
        onChange={event => type(event.currentTarget.value)}
      />
      <MoreFilters filter={filter} />
    </search>
  )
}

function MoreFilters({ filter }: { readonly filter: InferenceFilter }) {
  const count = countFilters({ ...filter, outcome: undefined, q: undefined })
  const change = useDebouncedCallback(changeSearch, typingPauseMs)
  const number = (value: string | number) => (value === '' ? undefined : String(value))
  return (
    <>
      <Popover position="bottom-start" width={280} shadow="md" trapFocus returnFocus>
        <Popover.Target>
          <Button variant="default" size="xs" leftSection={<Icon name="filter" size={14} />}>
            {count === 0 ? 'Filter' : `Filter · ${count}`}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="sm">
            <NumberInput
              label="Slower than"
              suffix=" ms"
              min={0}
              size="xs"
              defaultValue={filter.min_latency_ms ?? ''}
              onChange={value => change({ min_latency_ms: number(value) })}
            />
            <NumberInput
              label="HTTP status"
              min={100}
              max={599}
              size="xs"
              defaultValue={filter.status ?? ''}
              onChange={value => change({ status: number(value) })}
            />
            <TextFilter label="Release" name="release" filter={filter} onChange={change} />
            <TextFilter
              label="Rollout"
              placeholder="Its id"
              name="rollout"
              filter={filter}
              onChange={change}
            />
            <TextFilter
              label="Side of the rollout"
              placeholder="baseline or candidate"
              name="arm"
              filter={filter}
              onChange={change}
            />
            <Select
              label="Copies that rollouts make"
              size="xs"
              data={shadowChoices}
              value={filter.shadow ?? ''}
              comboboxProps={{ withinPortal: false }}
              onChange={value => changeSearch({ shadow: value === null || value === '' ? undefined : value })}
            />
            <TextFilter label="Key id" name="key_id" filter={filter} onChange={change} />
            <TextFilter label="Conversation" name="conversation_id" filter={filter} onChange={change} />
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {count > 0 && (
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          onClick={() =>
            changeSearch({
              min_latency_ms: undefined,
              status: undefined,
              release: undefined,
              rollout: undefined,
              arm: undefined,
              shadow: undefined,
              key_id: undefined,
              conversation_id: undefined,
            })
          }
        >
          Clear
        </Button>
      )}
    </>
  )
}

/** A filter that is typed. */
function TextFilter({
  name,
  filter,
  onChange,
  ...words
}: {
  readonly label: string
  readonly placeholder?: string
  readonly name: keyof InferenceFilter
  readonly filter: InferenceFilter
  readonly onChange: typeof changeSearch
}) {
  return (
    <TextInput
      {...words}
      size="xs"
      defaultValue={filter[name] ?? ''}
      onChange={event => onChange({ [name]: event.currentTarget.value })}
    />
  )
}
