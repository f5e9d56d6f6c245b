import type { AdminKey } from '../govern/access/index.ts'

/** What a person sees when the server is ready; the log has the same for machines. */
export function welcome(url: string, adminKey: AdminKey): string {
  const key = describeKey(adminKey)
  return `
  Slipway is ready.

  Console   ${url}
  Key       ${key.text}
  Try it    curl ${url}/v1/chat/completions -H "authorization: Bearer ${key.inShell}" \\
              -H "content-type: application/json" \\
              -d '{"model":"support","messages":[{"role":"user","content":"My lamp arrived broken, please send a new one."}]}'

`
}

function describeKey(adminKey: AdminKey): { text: string; inShell: string } {
  switch (adminKey.kind) {
    case 'generated':
      return {
        text: `${adminKey.secret}\n            (shown this once; kept in ${adminKey.file})`,
        inShell: `$(cat ${adminKey.file})`,
      }
    case 'kept':
      return { text: `in ${adminKey.file}`, inShell: `$(cat ${adminKey.file})` }
    case 'given':
      return { text: 'the one in SLIPWAY_ADMIN_KEY', inShell: '$SLIPWAY_ADMIN_KEY' }
    case 'none':
      return { text: 'one of the owner keys that exist', inShell: '$SLIPWAY_KEY' }
  }
}
