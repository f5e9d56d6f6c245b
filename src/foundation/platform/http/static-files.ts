import path from 'node:path'

const oneYear = 'public, max-age=31536000, immutable'

/** What a page of ours may do: nothing from elsewhere, no frames. Styles inline, because components set sizes. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

/**
 * Serves a folder of built files and answers every other path with its `index.html`, so that the pages of a
 * single-page application can be linked to. Files under `assets/` carry their hash in the name and never change.
 */
export function createStaticFiles(
  directory: string,
): (request: Request, pathname: string) => Promise<Response> {
  return async (request, pathname) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405 })
    const name = decode(pathname)
    // no file system has such a name, and each says so in its own way
    if (name.includes('\0')) return new Response('Not found', { status: 404 })
    const file = path.join(directory, path.normalize(`/${name}`))
    const isAsset = pathname.startsWith('/assets/')
    const asked = Bun.file(file)
    if (pathname !== '/' && (await asked.exists()))
      return await send(request, file, isAsset ? oneYear : 'no-cache')
    if (isAsset || path.extname(pathname) !== '') return new Response('Not found', { status: 404 })
    return await send(request, path.join(directory, 'index.html'), 'no-cache')
  }
}

async function send(request: Request, file: string, cacheControl: string): Promise<Response> {
  const headers: Record<string, string> = {
    'content-type': Bun.file(file).type,
    'cache-control': cacheControl,
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    vary: 'accept-encoding',
  }
  const compressed = Bun.file(`${file}.gz`)
  if (request.headers.get('accept-encoding')?.includes('gzip') && (await compressed.exists())) {
    return new Response(compressed, { headers: { ...headers, 'content-encoding': 'gzip' } })
  }
  return new Response(Bun.file(file), { headers })
}

function decode(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
