import { isIP } from 'node:net'
import { isInsideAddress } from '../../../foundation/platform/index.ts'

/** Names that lead into the network of whoever runs us, or to what tells the credentials of a machine. */
const privateNames =
  /(?:^|\.)(?:localhost|local|internal|intranet|corp|lan|home\.arpa|localdomain)$|^[a-z0-9-]+$/i
/** Schemes that fetch files or speak to services that were not meant. */
const foreignSchemes = /^(?:file|gopher|dict|ldaps?|tftp|jar|netdoc|phar|expect|php|smb|view-source):/i

const anyUrl = /[a-z][a-z0-9+.-]{1,20}:(?:[/\\]{1,3}|(?=[a-z0-9[]))[^\s"'<>]{1,500}/gi
/** An address of four parts or of IPv6 with nothing around it but a port and a path. */
const bareAddress =
  /^(?:(?:0x[0-9a-f]{1,4}|\d{1,4})(?:\.(?:0x[0-9a-f]{1,4}|\d{1,4})){3}|\[?[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\d{1,3}\.){0,3}\d{0,3}\]?)(?::\d{1,5})?(?:\/.{0,200})?$/i

/** Whether a value is, or holds, an address inside of a private network, however it is written. */
export function holdsPrivateAddress(value: string, allowedHosts: ReadonlySet<string>): boolean {
  for (const [url] of value.matchAll(anyUrl)) {
    if (foreignSchemes.test(url)) return true
    if (/^(?:https?|wss?|ftp):/i.test(url) && isPrivateUrl(url, allowedHosts)) return true
  }
  const trimmed = value.trim()
  if (/^(?:localhost|metadata)(?:[:/.]|$)/i.test(trimmed))
    return isPrivateUrl(`http://${trimmed}`, allowedHosts)
  return bareAddress.test(trimmed) && isPrivateUrl(`http://${bracketed(trimmed)}`, allowedHosts)
}

function bracketed(address: string): string {
  return (address.match(/:/g)?.length ?? 0) > 1 && !address.startsWith('[') ? `[${address}]` : address
}

function isPrivateUrl(url: string, allowedHosts: ReadonlySet<string>): boolean {
  let host: string
  try {
    // makes one form of 0x7f.1, 2130706433, 0177.0.0.1 and full-width digits
    host = new URL(url.replaceAll('\\', '/')).hostname.replace(/\.$/, '')
  } catch {
    return false
  }
  if (allowedHosts.has(host)) return false
  const address = host.replace(/^\[|\]$/g, '')
  return isIP(address) === 0 ? privateNames.test(host) || wildcardName.test(host) : isInsideAddress(address)
}

/** Public names that resolve to the address that is written into them. */
const wildcardName = /\.(?:nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me)$/i
