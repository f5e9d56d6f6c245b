import { Button } from '@mantine/core'
import { ApiError, NoAnswer } from '../api/request.ts'
import { Icon } from './icon.tsx'
import { Notice } from './notice.tsx'
import { Prose } from './prose.tsx'

/** What went wrong and what to do about it. */
export function Problem({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { title, advice } = explain(error)
  return (
    <Notice tone="bad" title={title}>
      <p>
        <Prose text={advice} />
      </p>
      {onRetry && (
        <Button
          variant="default"
          size="xs"
          mt="sm"
          leftSection={<Icon name="retry" size={14} />}
          onClick={onRetry}
        >
          Try again
        </Button>
      )}
    </Notice>
  )
}

export function explain(error: unknown): { readonly title: string; readonly advice: string } {
  if (error instanceof NoAnswer) {
    return {
      title: 'No answer from the server',
      advice: 'It is asked again every two seconds; nothing to do here.',
    }
  }
  if (error instanceof ApiError) {
    const trace = error.requestId === undefined ? '' : ` Request ${error.requestId}.`
    if (error.status === 403) {
      return {
        title: 'Your key may not do this',
        advice: `${error.message}${trace} Sign in with a key of a larger role.`,
      }
    }
    if (error.status >= 500) {
      return {
        title: 'The server failed',
        advice: `${error.message}${trace} Its log has the details under that id.`,
      }
    }
    return { title: 'That did not work', advice: `${error.message}${trace}` }
  }
  return { title: 'The console failed', advice: error instanceof Error ? error.message : String(error) }
}
