import { ActionIcon, Menu } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { signOut } from '../api/session.ts'
import type { Me } from '../api/types.ts'
import { Icon } from '../parts/icon.tsx'
import { navigate } from '../routing/location.ts'

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await signOut()
    navigate('/sign-in')
    client.clear()
  }
}

export function AccountMenu({ me }: { readonly me: Me }) {
  const leave = useSignOut()
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Signed in with ${me.key_name}`}>
          <Icon name="keys" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="account">
          <strong>{me.key_name}</strong>
          <span>
            {me.role} · {me.tenant ?? 'all tenants'}
          </span>
        </div>
        <Menu.Divider />
        <Menu.Item
          component="a"
          href="/api/docs"
          target="_blank"
          leftSection={<Icon name="book" size={16} />}
        >
          API reference
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="signOut" size={16} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
