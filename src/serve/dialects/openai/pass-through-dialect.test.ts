import { describe, expect, it } from 'bun:test'
import { Failure, type FormFile } from '../../../foundation/platform/index.ts'
import { clientDialects } from '../client-dialects.ts'

const target = { provider: 'p', model: 'm' }
const file = (field: string): FormFile => ({ field, file: new File(['x'], 'x.png') })

function refusalOf(path: string, body: object, files?: FormFile[]): unknown[] {
  try {
    clientDialects[path]!.check({ ...body }, files)
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.details.parameter, error.details['openAiCode']]
    throw error
  }
  return ['accepted']
}

describe('the dialects that are passed through', () => {
  it('take what the API asks for', () => {
    const accepted: [string, object, FormFile[]?][] = [
      ['/v1/moderations', { input: 'x' }],
      ['/v1/moderations', { input: [{ type: 'text', text: 'x' }] }],
      ['/v1/rerank', { query: 'q', documents: ['a'] }],
      ['/v1/images/generations', { prompt: 'p' }],
      ['/v1/images/edits', { prompt: 'p' }, [file('image')]],
      ['/v1/images/edits', { prompt: 'p' }, [file('image[]'), file('image[]')]],
      ['/v1/images/edits', { prompt: 'p', images: [{ image_url: 'data:' }] }],
      ['/v1/images/variations', {}, [file('image')]],
      ['/v1/audio/speech', { input: 'x', voice: 'alloy' }],
      ['/v1/audio/transcriptions', { stream: 'false' }, [file('file')]],
      ['/v1/audio/translations', {}, [file('file')]],
    ]
    for (const [path, body, files] of accepted) {
      expect([path, ...refusalOf(path, { model: 's', ...body }, files)]).toEqual([path, 'accepted'])
    }
  })

  it('name what is missing or of another type', () => {
    const [invalid, gone, type] = ['invalid_request', 'missing_required_parameter', 'invalid_type']
    const model = 's'
    const refused: [string, object, FormFile[] | undefined, unknown[]][] = [
      ['/v1/moderations', { input: 'x' }, undefined, [invalid, 'model', gone]],
      ['/v1/moderations', { model: 5, input: 'x' }, undefined, [invalid, 'model', type]],
      ['/v1/moderations', { model }, undefined, [invalid, 'input', gone]],
      ['/v1/rerank', { model, query: 'q' }, undefined, [invalid, 'documents', gone]],
      ['/v1/rerank', { model, query: 'q', documents: 'd' }, undefined, [invalid, 'documents', type]],
      ['/v1/images/generations', { model, prompt: ['p'] }, undefined, [invalid, 'prompt', type]],
      ['/v1/images/edits', { model, prompt: 'p' }, [], [invalid, 'image', gone]],
      ['/v1/audio/transcriptions', { model, file: 'x' }, [], [invalid, 'file', type]],
      ['/v1/audio/transcriptions', { model, stream: 'maybe' }, [file('file')], [invalid, 'stream', type]],
      [
        '/v1/moderations',
        { model, input: 'x', stream: true },
        undefined,
        ['unsupported_parameter', 'stream', undefined],
      ],
    ]
    for (const [path, body, files, why] of refused) expect(refusalOf(path, body, files)).toEqual(why)
  })

  it('stream sound always, and the rest where it is asked for', () => {
    const isStream = (path: string, body: object, files?: FormFile[]): boolean =>
      clientDialects[path]!.check({ model: 's', ...body }, files).isStream
    expect(isStream('/v1/audio/speech', { input: 'x' })).toBe(true)
    expect(isStream('/v1/audio/transcriptions', { stream: 'true' }, [file('file')])).toBe(true)
    expect(isStream('/v1/audio/transcriptions', {}, [file('file')])).toBe(false)
    expect(isStream('/v1/images/generations', { prompt: 'p', stream: true })).toBe(true)
  })

  it('take the parameters of the release where the client sent none, and no system prompt', () => {
    const dialect = clientDialects['/v1/audio/speech']!
    const body = { model: 's', input: 'x', voice: 'alloy' }
    const release = { target, parameters: { voice: 'nova', speed: 2 } }
    expect(dialect.applyRelease(body, release, 's')).toEqual({ ...body, speed: 2 })
    expect(dialect.applyRelease(body, { target }, 's')).toBe(body)
    expect(() => dialect.applyRelease(body, { target, prompt: { system: 'Be terse.' } }, 's')).toThrow(
      'system prompt',
    )
  })

  it('break sound off rather than write words into it', () => {
    const dialect = clientDialects['/v1/audio/speech']!
    const failure = new Failure('upstream_error', 'It broke.')
    const streamOf = (request: object) =>
      dialect.openStream({ inferenceId: 'i', request: { ...request }, model: 's', startedAtMs: 0 })
    expect(streamOf({ input: 'x' }).fail(failure)).toBeUndefined()
    expect(new TextDecoder().decode(streamOf({ stream_format: 'sse' }).fail(failure))).toContain('It broke.')
  })
})
