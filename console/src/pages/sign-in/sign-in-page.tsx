import { Button, PasswordInput, Stack, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../../api/request.ts'
import { signIn } from '../../api/session.ts'
import { Mark } from '../../parts/mark.tsx'
import { explain } from '../../parts/problem.tsx'
import { useFocusOnMount } from '../../parts/use-focus-on-mount.ts'
import { navigate, useSearch } from '../../routing/location.ts'
import { safeNext } from './safe-next.ts'

export function SignInPage() {
  const [key, setKey] = useState('')
  const next = safeNext(useSearch().get('next'))
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  useFocusOnMount(input)
  const entry = useMutation({
    mutationFn: signIn,
    onSuccess: () => {
      client.clear()
      navigate(next, { isReplacing: true })
    },
  })
  useEffect(() => {
    document.title = 'Sign in · Slipway'
  }, [])
  return (
    <main className="sign-in">
      <form
        onSubmit={event => {
          event.preventDefault()
          entry.mutate(key.trim())
        }}
      >
        <Stack gap="lg">
          <div className="sign-in-head">
            <Mark size={40} />
            <Title order={1}>Sign in to Slipway</Title>
            <p className="lead">Use any key. What it may do here is what it may do over the API.</p>
          </div>
          <PasswordInput
            ref={input}
            label="Key"
            placeholder="sk-slip-…"
            value={key}
            onChange={event => setKey(event.currentTarget.value)}
            error={entry.error ? refusal(entry.error) : undefined}
            autoComplete="current-password"
            size="md"
            required
            withAsterisk={false}
            spellCheck={false}
          />
          <Button type="submit" size="md" loading={entry.isPending} disabled={key.trim() === ''}>
            Sign in
          </Button>
          <p className="sign-in-hint">
            <code>npm start</code> printed the first key once and keeps it in <code>data/admin.key</code>.{' '}
            <code>npm run slipway -- key create my-laptop --role developer</code> makes another.
          </p>
        </Stack>
      </form>
    </main>
  )
}

function refusal(error: unknown): string {
  if (error instanceof ApiError && (error.status === 401 || error.status === 400)) {
    return 'This key is not known here, was revoked or has expired. Check that all of it was pasted.'
  }
  return explain(error).advice
}
