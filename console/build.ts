import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** Bundles the console with Bun. Names carry the hash of their content, so all but `index.html` can be cached for good. */

export interface ConsoleBuild {
  readonly outDirectory: string
  /** False where the bundle that was there was made from the same sources. */
  readonly isNew: boolean
  readonly tookMs: number
}

const sourceDirectory = import.meta.dirname
const stampFile = 'stamp'

/**
 * Makes `index.html` and `assets/*` in `outDirectory`, each with a `.gz` beside it, unless they are there and up to date. Another process may do
 * the same at the same time. Throws an `AggregateError` with the places where the sources do not bundle.
 */
export async function buildConsole(options: {
  readonly outDirectory: string
  readonly isDevelopment: boolean
}): Promise<ConsoleBuild> {
  const { outDirectory, isDevelopment } = options
  const startedAt = performance.now()
  const done = (isNew: boolean) => ({ outDirectory, isNew, tookMs: performance.now() - startedAt })

  const stamp = await stampOf(isDevelopment)
  const present = await readFile(join(outDirectory, stampFile), 'utf8').catch(() => undefined)
  if (present === stamp) return done(false)

  const workDirectory = `${outDirectory}.${process.pid}`
  await rm(workDirectory, { recursive: true, force: true })
  await mkdir(join(workDirectory, 'assets'), { recursive: true })
  try {
    await writeBundle(workDirectory, isDevelopment)
    await compressFiles(workDirectory)
    await writeFile(join(workDirectory, stampFile), stamp)
    await replaceDirectory(workDirectory, outDirectory)
  } finally {
    await rm(workDirectory, { recursive: true, force: true })
  }
  return done(true)
}

async function writeBundle(directory: string, isDevelopment: boolean): Promise<void> {
  const bundle = await Bun.build({
    entrypoints: [join(sourceDirectory, 'src/main.tsx')],
    outdir: join(directory, 'assets'),
    target: 'browser',
    splitting: true,
    minify: !isDevelopment,
    sourcemap: isDevelopment ? 'linked' : 'none',
    publicPath: '/assets/',
    naming: '[name]-[hash].[ext]',
    define: { 'process.env.NODE_ENV': JSON.stringify(isDevelopment ? 'development' : 'production') },
  })
  const nameOf = (ending: string) => {
    const found = bundle.outputs.find(
      output => output.path.endsWith(ending) && /main-[^/]+$/.test(output.path),
    )
    if (!found) throw new Error(`The bundle has no ${ending} file for main.tsx.`)
    return `/assets/${relative(join(directory, 'assets'), found.path)}`
  }
  const places = {
    main: nameOf('.js'),
    styles: nameOf('.css'),
    icon: await copyHashed(directory, 'icon', 'svg'),
    colorScheme: await copyHashed(directory, 'color-scheme', 'js'),
  }
  const template = await readFile(join(sourceDirectory, 'index.html'), 'utf8')
  const page = Object.entries(places).reduce(
    (html, [name, path]) => html.replace(`{{${name}}}`, path),
    template,
  )
  await writeFile(join(directory, 'index.html'), page)
}

async function compressFiles(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  await Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(async file => await writeFile(`${file}.gz`, await promisify(gzip)(await readFile(file)))),
  )
}

async function copyHashed(directory: string, name: string, ending: string): Promise<string> {
  const content = await readFile(join(sourceDirectory, `${name}.${ending}`))
  const path = `/assets/${name}-${sha256(content).slice(0, 8)}.${ending}`
  await writeFile(join(directory, path), content)
  return path
}

/** Whoever comes second finds the directory of whoever came first, made from the same sources. */
async function replaceDirectory(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

/** Names everything that the bundle depends on: the sources, the installed packages, the bundler and the mode. */
async function stampOf(isDevelopment: boolean): Promise<string> {
  const hash = createHash('sha256').update(`${Bun.version} ${isDevelopment}`)
  const entries = await readdir(sourceDirectory, { recursive: true, withFileTypes: true })
  const files = entries
    .filter(entry => entry.isFile() && !entry.name.includes('.test.'))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !relative(sourceDirectory, file).startsWith('dist'))
    .sort()
  for (const file of [...files, join(sourceDirectory, '../package-lock.json')]) {
    hash.update(relative(sourceDirectory, file)).update(await readFile(file).catch(() => ''))
  }
  return hash.digest('hex')
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
