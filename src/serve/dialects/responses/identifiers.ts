/** The ids of responses and of what is in them; each leads back to the inference that made it. */

export function toResponseId(inferenceId: string): string {
  return `resp_${inferenceId.replaceAll('-', '')}`
}

/** The inference that made the response; `undefined` where the id is none of ours. */
export function readResponseId(id: string): string | undefined {
  return readHex(/^resp_([0-9a-f]{32})$/.exec(id)?.[1])
}

export function toItemId(
  prefix: 'msg' | 'rs' | 'fc' | 'fco' | 'call',
  inferenceId: string,
  index: number | `in${number}`,
): string {
  return `${prefix}_${inferenceId.replaceAll('-', '')}_${index}`
}

/** The inference that an item belongs to; `undefined` where the id was made elsewhere. */
export function readItemId(id: string): string | undefined {
  return readHex(/^[a-z]+_([0-9a-f]{32})_(?:in)?\d+$/.exec(id)?.[1])
}

function readHex(hex: string | undefined): string | undefined {
  return hex?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
