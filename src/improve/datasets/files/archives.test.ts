import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type ArchiveLimits, usualArchiveLimits } from './archive.ts'
import { signTarHeader, tarOf, zipOf } from './archives.fixture.ts'
import { readTar } from './read-tar.ts'
import { readZip } from './read-zip.ts'
import { tarHeader } from './write-tar.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-archives-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function read(
  bytes: Buffer,
  kind: 'tar' | 'zip' = 'tar',
  limits: ArchiveLimits = usualArchiveLimits,
): Promise<Record<string, string>> {
  const file = path.join(folder, `archive.${kind}`)
  writeFileSync(file, bytes)
  const found: Record<string, string> = {}
  for await (const archived of kind === 'tar' ? readTar(file, limits) : readZip(file, limits)) {
    const pieces: Buffer[] = []
    for await (const piece of archived.read()) pieces.push(Buffer.from(piece))
    const content = Buffer.concat(pieces)
    expect(content.length).toBe(archived.bytes)
    found[archived.path] = content.toString('latin1')
  }
  return found
}

const plain = [
  { name: './b/two.txt', content: 'two' },
  { name: 'empty', content: '' },
  { name: `${'long/'.repeat(40)}größe.txt`, content: 'x'.repeat(3_000) },
]
const kept = {
  'b/two.txt': 'two',
  empty: '',
  [`${'long/'.repeat(40)}größe.txt`]: 'x'.repeat(3_000),
}

describe('readTar', () => {
  it('reads what it wrote', async () => {
    expect(await read(tarOf([...plain, { name: 'folder/', type: '5' }]))).toEqual(kept)
  })

  it.each(['gnu', 'pax', 'ustar', 'v7'])('reads what tar writes as %s', async format => {
    const source = path.join(folder, `source-${format}`)
    const deep = format === 'gnu' || format === 'pax' ? 'd'.repeat(120) : 'd'.repeat(60)
    mkdirSync(path.join(source, deep), { recursive: true })
    writeFileSync(path.join(source, deep, 'one.txt'), 'one')
    writeFileSync(path.join(source, 'large.bin'), Buffer.alloc(2_500_000, 7))
    const bytes = execFileSync('tar', ['--format', format, '-cf', '-', '-C', source, '.'], {
      maxBuffer: 10_000_000,
    })
    expect(await read(bytes)).toEqual({
      [`${deep}/one.txt`]: 'one',
      'large.bin': Buffer.alloc(2_500_000, 7).toString('latin1'),
    })
  })

  it('writes what tar reads', () => {
    const file = path.join(folder, 'ours.tar')
    writeFileSync(file, tarOf(plain))
    const listed = execFileSync('tar', ['-tf', file], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    })
    expect(listed.split('\n')).toContain('empty')
    expect(execFileSync('tar', ['-xOf', file, './b/two.txt'], { encoding: 'utf8' })).toBe('two')
  })

  it.each<[string, Parameters<typeof tarOf>[0], RegExp]>([
    [
      'an absolute path',
      [{ name: 'a' }, { name: '/etc/passwd' }],
      /^Entry 2 \(byte 512\): the name "\/etc\/passwd" is absolute/,
    ],
    ['a path that leads out', [{ name: 'a/../../b' }], /^Entry 1 \(byte 0\): .*leads out of its folder/],
    ['a drive', [{ name: 'C:/x' }], /is absolute/],
    ['a backslash', [{ name: 'a\\b' }], /holds a backslash/],
    ['a symbolic link', [{ name: 'a', type: '2' }], /"a" is a symbolic link/],
    ['a hard link', [{ name: 'a', type: '1' }], /"a" is a hard link/],
    ['a device', [{ name: 'a', type: '3' }], /"a" is a character device/],
    ['a pipe', [{ name: 'a', type: '6' }], /"a" is a pipe/],
    ['a type that nobody knows', [{ name: 'a', type: 'Z' }], /of the type "Z"/],
    ['a file twice', [{ name: 'a' }, { name: './a' }], /^Entry 2 .*comes twice/],
    [
      'names that differ in case alone',
      [{ name: 'Dir/A' }, { name: 'dir/a' }],
      /differ in upper and lower case/,
    ],
    ['names that differ in accents alone', [{ name: 'é' }, { name: 'e\u0301' }], /how accents are written/],
    ['a file in a file', [{ name: 'a' }, { name: 'a/b' }], /lies in "a", which is a file/],
    [
      'a folder and a file of one name',
      [{ name: 'a/b' }, { name: 'a' }],
      /is a file here and a folder elsewhere/,
    ],
    ['a control character', [{ name: 'a\nb' }], /holds control characters/],
    ['a name that is too long', [{ name: 'x'.repeat(300) }], /is longer than/],
  ])('refuses %s', async (_, entries, said) => {
    expect((await failureOf(read(tarOf(entries)))).message).toMatch(said)
  })

  it('says where an archive breaks off', async () => {
    const whole = tarOf([{ name: 'a', content: 'x'.repeat(2_000) }])
    expect((await failureOf(read(whole.subarray(0, 1_500)))).message).toContain(
      'breaks off at byte 1,500, and the entry goes on until byte 2,512',
    )
    expect((await failureOf(read(tarOf([{ name: 'a' }], { isEnded: false })))).message).toContain(
      'without the empty blocks that end a tar',
    )
    expect((await failureOf(read(Buffer.concat([whole, tarOf([{ name: 'b' }])])))).message).toContain(
      'something follows the end',
    )
  })

  it('refuses damaged and endless headers', async () => {
    const damaged = tarOf([{ name: 'a' }, { name: 'b' }])
    damaged[512 + 3] = 0x41
    expect((await failureOf(read(damaged))).message).toMatch(/^Entry 2 \(byte 512\): its header is damaged/)
    expect((await failureOf(read(Buffer.alloc(2_000, 1)))).message).toContain('this is no tar')
    const [endless = Buffer.alloc(0)] = tarHeader('x', 1_000_000_000)
    endless.write('x', 156, 'latin1')
    signTarHeader(endless)
    expect((await failureOf(read(Buffer.concat([endless, Buffer.alloc(1_024)])))).message).toContain(
      'its header has 1,000,000,000 bytes',
    )
  })

  it('keeps to its limits', async () => {
    const limits = { ...usualArchiveLimits, mostEntries: 2, mostBytes: 10 }
    const entries = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
    expect((await failureOf(read(tarOf(entries), 'tar', limits))).message).toContain('more than 2 entries')
    expect(
      (await failureOf(read(tarOf([{ name: 'a', content: 'x'.repeat(11) }]), 'tar', limits))).message,
    ).toContain('more than 10 bytes')
  })
})

describe('readZip', () => {
  it('reads stored and deflated files, small and large', async () => {
    const large = 'line of text\n'.repeat(200_000)
    expect(
      await read(
        zipOf([
          ...plain,
          { name: 'stored', content: 'as it is', isDeflated: false },
          { name: 'large', content: large },
          { name: 'large-stored', content: large, isDeflated: false },
          { name: 'folder/', mode: 0o040755, isDeflated: false },
        ]),
        'zip',
      ),
    ).toEqual({ ...kept, stored: 'as it is', large, 'large-stored': large })
  })

  const repeated = 'a'.repeat(2_000_000)
  it.each<[string, Parameters<typeof zipOf>[0], RegExp]>([
    ['a path that leads out', [{ name: '../x' }], /^Entry 1 \(byte 0\): .*leads out/],
    ['an absolute path', [{ name: '/x' }], /is absolute/],
    ['a symbolic link', [{ name: 'a', content: '/etc', mode: 0o120777 }], /is a symbolic link/],
    ['a file twice', [{ name: 'a' }, { name: 'a' }], /comes twice/],
    [
      'a file that is longer than it says',
      [{ name: 'a', content: repeated, claimedBytes: 100 }],
      /cannot be unpacked|more bytes than the 100/,
    ],
    [
      'a large file that is longer than it says',
      [{ name: 'a', content: repeated, claimedBytes: 1_500_000 }],
      /to more bytes than the 1,500,000/,
    ],
    [
      'a file that is shorter than it says',
      [{ name: 'a', content: 'x', claimedBytes: 50 }],
      /to fewer bytes than the 50/,
    ],
    ['a wrong checksum', [{ name: 'a', content: 'x', crc: 1 }], /its checksum is another/],
    ['an Office document', [{ name: '[Content_Types].xml' }], /is an Office document/],
  ])('refuses %s', async (_, entries, said) => {
    expect((await failureOf(read(zipOf(entries), 'zip'))).message).toMatch(said)
  })

  it('refuses a bomb by its directory, before it unpacks anything', async () => {
    const bomb = zipOf([{ name: 'a', content: Buffer.alloc(70_000_000) }])
    expect(bomb.length).toBeLessThan(100_000)
    expect((await failureOf(read(bomb, 'zip'))).message).toContain('more than 200 times')
  })

  it('says that it is cut', async () => {
    const whole = zipOf([{ name: 'a', content: 'x'.repeat(5_000) }])
    expect((await failureOf(read(whole.subarray(0, 60), 'zip'))).message).toContain('damaged or breaks off')
  })
})

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error && error.name === 'Failure') return error
    throw error
  }
  throw new Error('It was taken in.')
}
