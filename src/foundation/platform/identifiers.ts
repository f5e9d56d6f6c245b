/** A time-ordered UUIDv7, the id of everything we store. */
export function createId(): string {
  return Bun.randomUUIDv7()
}

/** When the id was made, in milliseconds since 1970; `undefined` where it is not a UUIDv7. */
export function timeOfId(id: string): number | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)) return undefined
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
