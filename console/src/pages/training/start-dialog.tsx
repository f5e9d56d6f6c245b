import { Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useDatasets } from '../../api/datasets.ts'
import { useCreateTrainingJob, useTrainers } from '../../api/training.ts'
import type { Trainer } from '../../api/types.ts'
import { Notice } from '../../parts/notice.tsx'
import { Problem } from '../../parts/problem.tsx'
import { navigate } from '../../routing/location.ts'
import { useHref } from '../../routing/scope.ts'
import { type Asked, firstAsked, toBody } from './job-form.ts'

/** Begins a job: from which model, on which version of a dataset, how. */
export function StartDialog(props: { readonly tenant: string | undefined; readonly onClose: () => void }) {
  const { tenant, onClose } = props
  const [asked, setAsked] = useState<Asked>(firstAsked)
  const trainers = useTrainers().data?.data ?? []
  const datasets = useDatasets(tenant).data?.pages.flatMap(page => page.data) ?? []
  const create = useCreateTrainingJob()
  const href = useHref()
  const trainer = trainers.find(one => asked.model !== null && one.models.includes(asked.model))
  const method = trainer?.methods.includes(asked.method) === true ? asked.method : 'supervised'
  const change = (part: Partial<Asked>) => setAsked({ ...asked, ...part })
  const body = toBody({ ...asked, method }, trainer, tenant)
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title="Train a model"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          if (body) create.mutate(body, { onSuccess: job => navigate(href(`/training/${job.id}`)) })
        }}
      >
        <Stack gap="md">
          <Group grow align="flex-start">
            <Select
              label="Begins with"
              description="As a trainer knows it"
              data={trainers.map(one => ({ group: one.name, items: one.models }))}
              value={asked.model}
              onChange={model => change({ model })}
              searchable
              required
            />
            <Select
              label="Method"
              description={trainer ? `What ${trainer.name} can` : 'Choose a model first'}
              data={(trainer?.methods ?? ['supervised']).filter(one => one !== 'distillation')}
              value={method}
              onChange={value => change({ method: value as Asked['method'] })}
              allowDeselect={false}
            />
          </Group>
          {trainer?.is_elsewhere === true && (
            <Notice tone="warn" title="The data leave this installation">
              <p>{trainer.name} is a provider. It gets a copy of the examples for as long as the job runs.</p>
            </Notice>
          )}
          <Group grow align="flex-start">
            <Select
              label="Learns from"
              description="A dataset"
              data={datasets.map(({ name }) => name)}
              value={asked.dataset}
              onChange={dataset => change({ dataset })}
              searchable
              required
            />
            <TextInput
              label="Version"
              description="12, main or main:train"
              value={asked.revision}
              onChange={event => change({ revision: event.currentTarget.value })}
              required
            />
            <TextInput
              label="Measured on"
              description="Of the same dataset"
              placeholder="main:test"
              value={asked.validation}
              onChange={event => change({ validation: event.currentTarget.value })}
            />
          </Group>
          <Hyperparameters asked={asked} trainer={trainer} onChange={change} />
          <TextInput
            label="Suffix"
            description="Of the name of the model that comes out"
            placeholder="mine"
            value={asked.suffix}
            onChange={event => change({ suffix: event.currentTarget.value })}
          />
          {create.error && <Problem error={create.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!body}>
              Train
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

/** What is left empty is the trainer's to choose. */
function Hyperparameters(props: {
  readonly asked: Asked
  readonly trainer: Trainer | undefined
  readonly onChange: (part: Partial<Asked>) => void
}) {
  const { asked, trainer, onChange } = props
  const field = (key: 'epochs' | 'batchSize' | 'rate' | 'rank' | 'seed', label: string, min: number) => (
    <NumberInput
      label={label}
      placeholder="auto"
      min={min}
      allowDecimal={key === 'rate'}
      value={asked[key] ?? ''}
      onChange={value => onChange({ [key]: typeof value === 'number' ? value : undefined })}
    />
  )
  return (
    <Group grow align="flex-start">
      {field('epochs', 'Epochs', 1)}
      {field('batchSize', 'Batch size', 1)}
      {field('rate', 'Rate, times', 0.01)}
      {trainer?.has_adapters === true && field('rank', 'Adapter rank', 1)}
      {field('seed', 'Seed', 0)}
    </Group>
  )
}
