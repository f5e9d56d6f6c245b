import type { FormFile } from '../../../foundation/platform/index.ts'
import type { UpstreamCall } from '../upstream.ts'

/** A call with files as a form: the files under the names of their fields, everything else as text. */
export function writeForm(call: UpstreamCall, files: readonly FormFile[]): FormData {
  const form = new FormData()
  form.append('model', call.model)
  for (const [name, value] of Object.entries(call.body)) {
    if (name === 'model') continue
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (one === null || one === undefined) continue
      form.append(name, typeof one === 'string' ? one : JSON.stringify(one))
    }
  }
  for (const { field, file } of files) form.append(field, file, file.name)
  return form
}
