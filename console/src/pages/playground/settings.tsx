import { NumberInput, Select, Stack, Switch, TagsInput, Textarea } from '@mantine/core'
import type { ChatParameters } from '../../api/chat.ts'
import type { StoredSettings } from './stored-settings.ts'

type NumberName = 'temperature' | 'maxTokens' | 'seed'

/** What the call is made with. An empty field sends nothing, so that the release's own parameters hold. */
export function Settings(props: {
  readonly names: readonly string[]
  readonly service: string
  readonly settings: StoredSettings
  readonly onService: (name: string) => void
  readonly onSettings: (settings: StoredSettings) => void
}) {
  const { settings, onSettings } = props
  const { parameters } = settings
  const change = (changes: ChatParameters) =>
    onSettings({ ...settings, parameters: { ...parameters, ...changes } })
  const setNumber = (name: NumberName) => (value: string | number) => {
    const { [name]: _before, ...others } = parameters
    onSettings({ ...settings, parameters: typeof value === 'number' ? { ...others, [name]: value } : others })
  }
  return (
    <Stack gap="md">
      <Select
        label="Service"
        data={[...props.names]}
        value={props.service}
        onChange={name => name !== null && props.onService(name)}
        allowDeselect={false}
        searchable={props.names.length > 8}
      />
      <Textarea
        label="System prompt"
        placeholder="The release's own"
        autosize
        minRows={3}
        maxRows={10}
        value={settings.systemPrompt}
        onChange={event => onSettings({ ...settings, systemPrompt: event.currentTarget.value })}
      />
      <div className="settings-pair">
        <NumberInput
          label="Temperature"
          placeholder="default"
          min={0}
          max={2}
          step={0.1}
          decimalScale={2}
          value={parameters.temperature ?? ''}
          onChange={setNumber('temperature')}
        />
        <NumberInput
          label="Max tokens"
          placeholder="default"
          min={1}
          step={32}
          allowDecimal={false}
          value={parameters.maxTokens ?? ''}
          onChange={setNumber('maxTokens')}
        />
      </div>
      <NumberInput
        label="Seed"
        placeholder="random"
        min={0}
        allowDecimal={false}
        value={parameters.seed ?? ''}
        onChange={setNumber('seed')}
      />
      <TagsInput
        label="Stop sequences"
        placeholder={parameters.stop?.length ? undefined : 'Type one, press Enter'}
        maxTags={4}
        value={[...(parameters.stop ?? [])]}
        onChange={stop => change({ stop })}
      />
      <Switch
        label="JSON mode"
        description="The answer is one JSON object"
        checked={parameters.isJson === true}
        onChange={event => change({ isJson: event.currentTarget.checked })}
      />
    </Stack>
  )
}
