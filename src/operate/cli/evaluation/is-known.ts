/** The API says null where it does not know. */
export function isKnown<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined
}
