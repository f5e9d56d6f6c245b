/** Where to go after signing in: only an address of this console, never another site. */
export function safeNext(next: string | null): string {
  if (next === null || !/^\/(?![/\\])/.test(next) || next.startsWith('/sign-in')) return '/'
  return next
}
