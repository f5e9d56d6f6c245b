import { useState } from 'react'
import { useBatches, useMe } from '../../api/queries.ts'
import type { Batch } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { navigate } from '../../routing/location.ts'
import { useHref, useScope } from '../../routing/scope.ts'
import { BatchDrawer } from './batch-drawer.tsx'
import { isRunning } from './batch-state.ts'
import { BatchTable } from './batch-table.tsx'
import { CancelBatchDialog } from './cancel-batch-dialog.tsx'

/** Batches, how far each is and what it has cost, live; one of them beside the list. */
export function BatchesPage({ openId }: { readonly openId: string | undefined }) {
  const permissions = useMe().data?.permissions ?? []
  const mayCancel = permissions.includes('batch:cancel')
  const href = useHref()
  const batches = useBatches(useScope().tenant)
  const [cancelling, setCancelling] = useState<Batch | undefined>()
  return (
    <>
      <PageHead
        title="Batches"
        lead="Files of calls that are answered when targets are idle. They give way to everybody else."
      />
      <Loaded query={batches} height={320}>
        {known => (
          <Panel
            title="Newest first"
            isFlush
            {...(known.some(isRunning) && { side: <LiveMark state="live" /> })}
          >
            {known.length === 0 ? (
              <Empty
                icon="batches"
                title="No batches yet"
                command="npm run slipway -- batch submit requests.jsonl --watch"
              >
                Each line of the file is one request: its <code>custom_id</code>, <code>method</code>,{' '}
                <code>url</code> and <code>body</code>. OpenAI’s clients make batches too.
              </Empty>
            ) : (
              <BatchTable batches={known} {...(mayCancel && { onCancel: setCancelling })} />
            )}
          </Panel>
        )}
      </Loaded>
      <BatchDrawer
        id={openId}
        onClose={() => navigate(href('/batches'))}
        {...(mayCancel && { onCancel: setCancelling })}
      />
      <CancelBatchDialog target={cancelling} onClose={() => setCancelling(undefined)} />
    </>
  )
}
