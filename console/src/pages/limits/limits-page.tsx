import { Button } from '@mantine/core'
import { useKeys, useLimits, useMe } from '../../api/queries.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { useScope } from '../../routing/scope.ts'
import { LimitsDialog } from './limits-dialog.tsx'
import { LimitsTable } from './limits-table.tsx'
import { readEdited, withinScope, writeEdited } from './limits-address.ts'
import { Shares } from './shares.tsx'

const example = `npm run slipway -- limits set tenant acme --budget 50/month

# or in slipway.yaml
tenants:
  acme: { budgets: [{ usd: 50, per: month }], limits: [{ requests: 600, per: minute }] }`

/** Limits and budgets of tenants, keys and services, what is left of each window now, and who gets what of bounded targets. */
export function LimitsPage() {
  const permissions = useMe().data?.permissions ?? []
  const mayChange = permissions.includes('limit:update')
  const limits = useLimits()
  const keys = useKeys(undefined)
  const scope = useScope()
  const edited = readEdited(useSearch().get('edit'))
  const edit = (what: string | undefined) => changeSearch({ edit: what })
  const found =
    edited === undefined || edited === 'new'
      ? undefined
      : limits.data?.find(
          ({ source, scope: of, id }) => source === 'api' && of === edited.scope && id === edited.id,
        )
  return (
    <>
      <PageHead
        title="Limits & budgets"
        lead="What may be asked for and spent, over all processes and in windows of UTC; who waits for what."
      >
        {mayChange && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => edit('new')}>
            Set limits
          </Button>
        )}
      </PageHead>
      <div className="stack">
        <OnlyOf tenant={scope.tenant} service={scope.service} />
        <Loaded query={limits} height={320}>
          {known => {
            const shown = withinScope(known, scope, id => keys.data?.find(key => key.id === id)?.tenant)
            return (
              <Panel title="Now" isFlush side={<LiveMark state="live" />}>
                {known.length === 0 ? (
                  <Empty icon="limits" title="No limits yet" command={example}>
                    Everybody may ask for as much as the targets can answer.
                  </Empty>
                ) : shown.length === 0 ? (
                  <Empty icon="limits" title="No limits of these">
                    What others have does not bind them.
                  </Empty>
                ) : (
                  <LimitsTable limits={shown} {...(mayChange && { onEdit: of => edit(writeEdited(of)) })} />
                )}
              </Panel>
            )
          }}
        </Loaded>
        {permissions.includes('queue:list') && <Shares />}
      </div>
      {mayChange && edited !== undefined && limits.data && (
        <LimitsDialog edited={edited} limits={found} onClose={() => edit(undefined)} />
      )}
    </>
  )
}
