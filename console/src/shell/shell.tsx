import { AppShell, Burger, Group, Kbd, UnstyledButton } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { type ReactNode, useState } from 'react'
import type { Me } from '../api/types.ts'
import { Icon } from '../parts/icon.tsx'
import { Mark } from '../parts/mark.tsx'
import { useHref } from '../routing/scope.ts'
import { AccountMenu } from './account.tsx'
import { Banners } from './banners.tsx'
import { ColorSchemeMenu } from './color-scheme.tsx'
import { Finder } from './finder.tsx'
import { Navigation } from './navigation.tsx'

const isApple = /mac|iphone|ipad/i.test(navigator.userAgent)

/** What surrounds every page. */
export function Shell({ me, children }: { readonly me: Me; readonly children: ReactNode }) {
  const [isOpen, setIsOpen] = useState(false)
  const href = useHref()
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={0}
      layout="alt"
    >
      <a href="#content" className="skip">
        Skip to content
      </a>
      <AppShell.Header className="top">
        <Burger
          opened={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          hiddenFrom="sm"
          size="sm"
          aria-label={isOpen ? 'Close places' : 'Open places'}
        />
        <UnstyledButton className="find" onClick={spotlight.open} aria-label="Find anything">
          <Icon name="search" size={16} />
          <span className="find-text">Find anything</span>
          <Kbd size="xs" className="find-key">
            {isApple ? '⌘' : 'Ctrl'} K
          </Kbd>
        </UnstyledButton>
        <Group gap={4} wrap="nowrap">
          <ColorSchemeMenu />
          <AccountMenu me={me} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="side" aria-label="Places">
        <div className="side-head">
          <a
            href={href('/')}
            className="brand"
            aria-label="Slipway: overview"
            onClick={() => setIsOpen(false)}
          >
            <Mark size={26} />
            Slipway
          </a>
          <Burger
            opened
            onClick={() => setIsOpen(false)}
            hiddenFrom="sm"
            size="sm"
            aria-label="Close places"
          />
        </div>
        <Navigation me={me} onFollow={() => setIsOpen(false)} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className="main">
        <Banners me={me} />
        <div className="content">{children}</div>
      </AppShell.Main>
      <Finder me={me} />
    </AppShell>
  )
}
