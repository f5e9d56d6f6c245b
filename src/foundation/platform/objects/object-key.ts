import { Failure } from '../failure.ts'

const keyPattern = /^[A-Za-z0-9_=@+~-][A-Za-z0-9._=@+~-]*(?:\/[A-Za-z0-9_=@+~-][A-Za-z0-9._=@+~-]*)*$/
const longestKey = 900

/** Refuses a key that could leave the store's folder or that one of the stores could not hold. */
export function checkKey(key: string): void {
  if (key.length > longestKey || !keyPattern.test(key)) {
    throw new Failure(
      'invalid_request',
      `${JSON.stringify(key.slice(0, 100))} is no key of an object: use letters, digits and . _ = @ + ~ - in parts joined by /, none starting with a dot, ${longestKey} characters at most.`,
    )
  }
}
