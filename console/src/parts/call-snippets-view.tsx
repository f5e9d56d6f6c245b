import { Tabs } from '@mantine/core'
import { curlSnippet, pythonSnippet, typescriptSnippet } from './call-snippets.ts'
import { Snippet } from './copy.tsx'

const languages = [
  { value: 'curl', label: 'curl', write: curlSnippet },
  { value: 'typescript', label: 'TypeScript', write: typescriptSnippet },
  { value: 'python', label: 'Python', write: pythonSnippet },
] as const

export function CallSnippets({ body }: { readonly body: Readonly<Record<string, unknown>> }) {
  return (
    <Tabs defaultValue="curl" keepMounted={false}>
      <Tabs.List mb="sm">
        {languages.map(({ value, label }) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {languages.map(({ value, label, write }) => (
        <Tabs.Panel key={value} value={value}>
          <Snippet text={write(window.location.origin, body)} label={`${label} code`} />
        </Tabs.Panel>
      ))}
      <p className="footnote">
        Set <code>SLIPWAY_KEY</code> to one of your keys.
      </p>
    </Tabs>
  )
}
