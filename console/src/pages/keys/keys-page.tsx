import { Button } from '@mantine/core'
import { useState } from 'react'
import { useKeys, useMe } from '../../api/queries.ts'
import type { Key } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { useScope } from '../../routing/scope.ts'
import { CreateKeyDialog } from './create-key-dialog.tsx'
import { KeyTable } from './key-table.tsx'
import { RevokeKeyDialog } from './revoke-key-dialog.tsx'

export function KeysPage() {
  const me = useMe().data
  const keys = useKeys(useScope().tenant)
  const isCreating = useSearch().get('create') !== null
  const [revoking, setRevoking] = useState<Key | undefined>()
  const mayCreate = me?.permissions.includes('key:create') ?? false
  const create = () => changeSearch({ create: '1' })
  return (
    <>
      <PageHead
        title="Keys"
        lead="Who may call, as what and how far. A secret is shown once and stored only as a hash."
      >
        {mayCreate && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={create}>
            Create key
          </Button>
        )}
      </PageHead>
      <Loaded query={keys} height={320}>
        {known => (
          <Panel isFlush>
            {known.length === 0 ? (
              <Empty
                icon="keys"
                title="No keys here"
                command="npm run slipway -- key create my-app --role service"
              >
                Give each application its own, so that it can be told apart and revoked.
              </Empty>
            ) : (
              <KeyTable
                keys={known}
                ownId={me?.key_id}
                mayRevoke={me?.permissions.includes('key:revoke') ?? false}
                onRevoke={setRevoking}
              />
            )}
          </Panel>
        )}
      </Loaded>
      {me && (
        <CreateKeyDialog
          me={me}
          isOpen={isCreating && mayCreate}
          onClose={() => changeSearch({ create: undefined })}
        />
      )}
      <RevokeKeyDialog target={revoking} ownId={me?.key_id} onClose={() => setRevoking(undefined)} />
    </>
  )
}
