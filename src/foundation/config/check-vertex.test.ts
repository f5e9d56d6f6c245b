import { describe, expect, it } from 'bun:test'
import { parseConfig } from './parse-config.ts'

const environment = { KEY: '{"client_email":"a@b"}', TOKEN: 'ya29.token' }
const place = 'project: my-project, location: europe-west4'

function problemsOf(provider: string): { line: number; text: string }[] {
  const parsed = parseConfig(`providers:\n  v: { ${provider} }`, '/slipway.yaml', environment)
  return 'problems' in parsed
    ? parsed.problems
        .filter(problem => problem.path.startsWith('providers'))
        .map(({ line, path, message }) => ({ line, text: `${path}: ${message}` }))
    : []
}

describe('checkVertex', () => {
  it('takes a project and a location with the key of a service account or a token', () => {
    for (const provider of [
      `kind: vertex, ${place}, credentials: { env: KEY }`,
      'kind: vertex, project: "123456", location: global, accessToken: { env: TOKEN }',
    ]) {
      expect(problemsOf(provider)).toEqual([])
    }
  })

  it.each([
    ['kind: gemini, project: my-project', 'not `gemini`'],
    ['kind: vertex, credentials: { env: KEY }', 'needs a project and a location'],
    ['kind: vertex, project: X, location: global, credentials: { env: KEY }', 'v.project: `X`'],
    [`kind: vertex, ${place}`, 'Nothing here says who calls'],
    [`kind: vertex, ${place}, credentials: { env: KEY }, accessToken: { env: TOKEN }`, 'two ways'],
    [
      `kind: vertex, ${place}, credentials: { env: KEY }, apiKey: { env: TOKEN }`,
      'v.apiKey: Vertex AI is not called',
    ],
    [`kind: vertex, ${place}, credentials: { env: NOT_SET }`, 'v.credentials.env: The environment variable'],
    ['kind: vertex, location: "a/../b"', 'v.location: `a/../b`'],
  ])('refuses { %s }, and says where', (provider, why) => {
    const problems = problemsOf(provider)
    expect(problems.map(problem => problem.text).join('\n')).toContain(why)
    expect(problems.every(problem => problem.line === 2)).toBe(true)
  })
})
