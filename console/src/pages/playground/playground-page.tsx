import { ActionIcon, Button, Drawer, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import { useServices } from '../../api/queries.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead } from '../../parts/page.tsx'
import { changeSearch } from '../../routing/location.ts'
import { useScope } from '../../routing/scope.ts'
import { CodeDialog } from './code-dialog.tsx'
import { Composer } from './composer.tsx'
import { clearConversation, type Setup, useConversation } from './conversation-store.ts'
import { Conversation } from './conversation.tsx'
import { Settings } from './settings.tsx'
import { readSettings, type StoredSettings, writeSettings } from './stored-settings.ts'

export function PlaygroundPage() {
  const services = useServices()
  return (
    <Loaded query={services} height={560}>
      {known =>
        known.length === 0 ? (
          <>
            <PageHead title="Playground" />
            <Empty icon="playground" title="No service to talk to" command="npm run slipway -- config check">
              Declare one under <code>services</code> in the configuration; it appears here without a restart.
            </Empty>
          </>
        ) : (
          <Playground names={known.map(service => service.name)} />
        )
      }
    </Loaded>
  )
}

function Playground({ names }: { readonly names: readonly string[] }) {
  const chosen = useScope().service
  const service = chosen !== undefined && names.includes(chosen) ? chosen : (names[0] ?? '')
  const [settings, setSettings] = useState<StoredSettings>(readSettings)
  const [isCodeOpen, setIsCodeOpen] = useState(false)
  const [isSettingsOpen, setIsSettingsOpen] = useState(false)
  const isNarrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false })
  const turns = useConversation()
  const setup: Setup = { ...settings, service }
  const panel = (
    <Settings
      names={names}
      service={service}
      settings={settings}
      onService={name => changeSearch({ service: name })}
      onSettings={next => {
        setSettings(next)
        writeSettings(next)
      }}
    />
  )
  return (
    <>
      <PageHead title="Playground">
        {turns.length > 0 && (
          <Button variant="subtle" color="gray" size="xs" onClick={clearConversation}>
            New conversation
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="code" size={15} />}
          onClick={() => setIsCodeOpen(true)}
        >
          Code
        </Button>
        {isNarrow && (
          <Tooltip label="Settings">
            <ActionIcon
              variant="default"
              size={30}
              aria-label="Settings"
              onClick={() => setIsSettingsOpen(true)}
            >
              <Icon name="sliders" size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </PageHead>
      <div className="playground">
        <div className="playground-main">
          <Conversation turns={turns} setup={setup} />
          <Composer turns={turns} setup={setup} />
        </div>
        {!isNarrow && <aside aria-label="Settings">{panel}</aside>}
      </div>
      {isNarrow && (
        <Drawer
          opened={isSettingsOpen}
          onClose={() => setIsSettingsOpen(false)}
          title="Settings"
          position="right"
          size={340}
          closeButtonProps={{ 'aria-label': 'Close settings' }}
        >
          {panel}
        </Drawer>
      )}
      <CodeDialog isOpen={isCodeOpen} onClose={() => setIsCodeOpen(false)} setup={setup} turns={turns} />
    </>
  )
}
