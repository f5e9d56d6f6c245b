import { describe, expect, it } from 'bun:test'
import { readEnvironment } from './environment.ts'

function problemsOf(env: Record<string, string>): string {
  try {
    readEnvironment(env, '/srv')
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was wrong')
}

describe('readEnvironment', () => {
  it('needs nothing', () => {
    expect(readEnvironment({ HOME: '/root', SLIPWAY_PORT: '' }, '/srv')).toEqual({
      port: 4000,
      host: '127.0.0.1',
      dataDirectory: '/srv/data',
      configFile: '/srv/slipway.yaml',
      adminKey: undefined,
      masterKey: undefined,
      databaseUrl: undefined,
      logLevel: 'info',
      shutdownSeconds: 30,
      bodyLimitBytes: 32 * 1024 * 1024,
      workers: 1,
      objectStore: { kind: 'folder', directory: '/srv/data/objects' },
      warnings: [],
    })
  })

  it('takes what is given', () => {
    const environment = readEnvironment(
      {
        SLIPWAY_PORT: '0',
        SLIPWAY_HOST: '::',
        SLIPWAY_DATA: '/var/lib/slipway',
        SLIPWAY_CONFIG: 'conf/a.yaml',
        SLIPWAY_ADMIN_KEY: 'sk-slip-0123456789',
        DATABASE_URL: 'postgresql://u:p@db/slipway',
        SLIPWAY_LOG_LEVEL: 'debug',
        SLIPWAY_SHUTDOWN_SECONDS: '5',
        SLIPWAY_BODY_LIMIT_MB: '1',
        SLIPWAY_OBJECT_STORE: 's3://models/eu/?endpoint=http://minio:9000&region=eu-north-1',
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'secret',
      },
      '/srv',
    )
    expect(environment).toMatchObject({
      port: 0,
      host: '::',
      dataDirectory: '/var/lib/slipway',
      configFile: '/srv/conf/a.yaml',
      adminKey: 'sk-slip-0123456789',
      databaseUrl: 'postgresql://u:p@db/slipway',
      logLevel: 'debug',
      shutdownSeconds: 5,
      bodyLimitBytes: 1024 * 1024,
    })
    expect(environment.objectStore).toEqual({
      kind: 's3',
      endpoint: 'http://minio:9000',
      bucket: 'models',
      prefix: 'eu/',
      region: 'eu-north-1',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
    })
  })

  it('tells all problems at once, each with its variable', () => {
    const problems = problemsOf({
      SLIPWAY_PORT: '70000',
      SLIPWAY_LOG_LEVEL: 'loud',
      SLIPWAY_BODY_LIMIT_MB: 'many',
      DATABASE_URL: 'mysql://db',
      SLIPWAY_ADMIN_KEY: 'short',
      SLIPWAY_PROT: '4000',
      SLIPWAY_OBJECT_STORE: 's3://models',
    })
    expect(problems.split('\n').slice(1).sort()).toEqual([
      '  - AWS_ACCESS_KEY_ID is missing; SLIPWAY_OBJECT_STORE names S3',
      '  - AWS_SECRET_ACCESS_KEY is missing; SLIPWAY_OBJECT_STORE names S3',
      '  - DATABASE_URL must look like postgresql://user:password@host:5432/database',
      '  - SLIPWAY_ADMIN_KEY must be 8 to 200 printable ASCII characters without spaces',
      '  - SLIPWAY_BODY_LIMIT_MB must be a whole number',
      '  - SLIPWAY_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
      '  - SLIPWAY_PORT must be at most 65535',
      '  - SLIPWAY_PROT is not known; did you mean SLIPWAY_PORT?',
    ])
    expect(problems).not.toContain('short')
  })

  it('warns of other names that look like ours, and knows those of Kubernetes', () => {
    const environment = readEnvironment({
      SLIPWAY_FRESHNESS: '1',
      SLIPWAY_SERVICE_HOST: '10.0.0.1',
      SLIPWAY_PORT_4000_TCP_ADDR: '10.0.0.1',
    })
    expect(environment.warnings).toEqual(["SLIPWAY_FRESHNESS is not a variable of Slipway's."])
    expect(problemsOf({ SLIPWAY_PORT: 'tcp://10.0.0.1:4000' })).toContain('enableServiceLinks: false')
  })

  it.each([
    ['objects', '/srv/objects'],
    ['/var/objects', '/var/objects'],
    ['file:///var/objects', '/var/objects'],
  ])('takes %s for the folder of the objects', (address, directory) => {
    expect(readEnvironment({ SLIPWAY_OBJECT_STORE: address }, '/srv').objectStore).toEqual({
      kind: 'folder',
      directory,
    })
  })

  it.each(['s3://', 'https://bucket.example', 's3://b?endpoint=ftp://x', 's3://b?region=a&zone=b'])(
    'refuses %s as an object store',
    address => {
      expect(
        problemsOf({ SLIPWAY_OBJECT_STORE: address, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }),
      ).toContain('SLIPWAY_OBJECT_STORE')
    },
  )
})
