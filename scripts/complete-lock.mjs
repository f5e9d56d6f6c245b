// Adds to package-lock.json the packages for other systems that npm left out of it, as it does where the registry
// it asks does not carry them: without them `npm ci` of npm 11 refuses the file. Run it after every npm install;
// --check only says whether something is missing.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './install.mjs'

const systems = {
  darwin: 'darwin',
  mac: 'darwin',
  macos: 'darwin',
  win: 'win32',
  win32: 'win32',
  windows: 'win32',
}
for (const name of ['linux', 'android', 'freebsd', 'netbsd', 'openbsd', 'sunos', 'aix', 'openharmony'])
  systems[name] = name
const processors = { aarch64: 'arm64', armv7l: 'arm' }
for (const name of ['x64', 'arm64', 'arm', 'ia32', 'riscv64', 'ppc64', 's390x', 'loong64', 'wasm32'])
  processors[name] = name
const libraries = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' }

const file = path.join(root, 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
const added = []
for (const [place, parent] of Object.entries(lock.packages)) {
  for (const [name, wanted] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isThere(place, name)) continue
    const words = name.toLowerCase().split(/[/_-]/)
    const one = table => words.map(word => table[word]).find(Boolean)
    const [os, cpu, libc] = [one(systems), one(processors), one(libraries)]
    if (!os || !cpu) {
      process.stderr.write(`${name}, wanted by ${place}, does not say its system by its name; it stays out\n`)
      continue
    }
    lock.packages[`node_modules/${name}`] = {
      version: wanted.replace(/^[\^~]/, ''),
      cpu: [cpu],
      ...(parent.dev && { dev: true }),
      ...(libc && os === 'linux' && { libc: [libc] }),
      optional: true,
      os: [os],
    }
    added.push(name)
  }
}
const { '': self, ...others } = lock.packages
lock.packages = {
  '': self,
  ...Object.fromEntries(Object.entries(others).sort(([a], [b]) => a.localeCompare(b, 'en'))),
}
if (added.length === 0) process.stdout.write('nothing is missing\n')
else if (process.argv.includes('--check')) {
  process.stdout.write(
    `${added.join('\n')}\nare missing in package-lock.json: node scripts/complete-lock.mjs\n`,
  )
  process.exitCode = 1
} else {
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  process.stdout.write(`${added.join('\n')}\n${added.length} added\n`)
}

/** Looks where Node would: beside the parent, then in every folder above. */
function isThere(place, name) {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true
    if (folder === '') return false
  }
}
