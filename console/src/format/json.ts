/** A JSON object or list laid out for reading; any other text as it is. */
export function prettyIfJson(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
