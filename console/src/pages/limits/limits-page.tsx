import { Button } from '@mantine/core'
import { useState } from 'react'
import { useLimits, useMe } from '../../api/queries.ts'
import type { ScopeLimits } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { LimitsDialog } from './limits-dialog.tsx'
import { LimitsTable } from './limits-table.tsx'
import { Shares } from './shares.tsx'

/** Limits and budgets of tenants, keys and services, what is left of each window now, and who gets what of bounded targets. */
export function LimitsPage() {
  const permissions = useMe().data?.permissions ?? []
  const mayChange = permissions.includes('limit:update')
  const limits = useLimits()
  const [editing, setEditing] = useState<ScopeLimits | 'new' | undefined>()
  return (
    <>
      <PageHead
        title="Limits & budgets"
        lead="What may be asked for and spent, over all processes and in windows of UTC; who waits for what."
      >
        {mayChange && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setEditing('new')}>
            Set limits
          </Button>
        )}
      </PageHead>
      <div className="stack">
        <Loaded query={limits} height={320}>
          {known => (
            <Panel title="Now" isFlush>
              {known.length === 0 ? (
                <Empty
                  icon="limits"
                  title="No limits yet"
                  command="npm run slipway -- limits set tenant acme --budget 50/month"
                >
                  Everybody may ask for as much as the targets can answer.
                </Empty>
              ) : (
                <LimitsTable limits={known} {...(mayChange && { onEdit: setEditing })} />
              )}
            </Panel>
          )}
        </Loaded>
        {permissions.includes('queue:list') && <Shares />}
      </div>
      {editing !== undefined && (
        <LimitsDialog
          limits={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  )
}
