import { Button } from '@mantine/core'
import { useId, useState } from 'react'
import { useInference } from '../../api/queries.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { ContentView } from '../inferences/content-view.tsx'

/** What was asked and answered, as it is kept; fetched when it is asked for, which is a reading that the audit log has. */
export function ExampleText({ id }: { readonly id: string }) {
  const [isOpen, setIsOpen] = useState(false)
  const textId = useId()
  return (
    <>
      {' '}
      <Button
        size="compact-xs"
        variant="subtle"
        aria-expanded={isOpen}
        aria-controls={textId}
        onClick={() => setIsOpen(!isOpen)}
      >
        {isOpen ? 'Hide text' : 'Show text'}
      </Button>
      <div id={textId}>{isOpen && <Text id={id} />}</div>
    </>
  )
}

function Text({ id }: { readonly id: string }) {
  return (
    <Loaded query={useInference(id)} height={80}>
      {inference => <ContentView inference={inference} />}
    </Loaded>
  )
}
